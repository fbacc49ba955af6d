import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { UpdateEvent } from '../../lib/events/generated/update-event.ts';
import { createOperatorSite, type OperatorSite } from '../../test/operatorSite.ts';
import { testBlock, testEvent } from '../../test/updateEvent.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const now = Math.floor(Date.now() / minute) * minute;
/** When the rollout of `2/b` began; its name holds a slash, as CodePush's releases do. */
const begin = now - 3 * hour;
const release = '2/b';

type Details = Partial<UpdateEvent>;

/** One device's events on a release: kind, ms after `begin`, and what else the test is about. */
function story(
  device: string,
  steps: [kind: string, after: number, details?: Details][],
  of: Details = {},
): UpdateEvent[] {
  return steps.map(([kind, after, details]) =>
    testEvent({ device_id: device, kind, at: begin + after, release, ...of, ...details }),
  );
}

const cellular = { network: 'cellular', region: 'BR', platform: 'ios', os_version: '17.1' };

/** A small fleet with every outcome. What must be counted of it stands in the tests, counted by hand. */
const fleet = [
  story('installed', [
    ['download_started', 0],
    ['download_completed', 5 * second, { duration_ms: 9000, bytes: 900 }],
    ['download_completed', 10 * second, { duration_ms: 1000, bytes: 1_000_000 }],
    ['activated', 20 * second],
    ['install_completed', 30 * second],
  ]),
  story(
    'presumed',
    [
      ['download_completed', minute, { duration_ms: 4000, bytes: 2_000_000 }],
      ['activated', 2 * minute],
    ],
    cellular,
  ),
  story('healed', [
    ['install_failed', 0, { error_code: 'no_space', error_class: 'storage', error_message: 'no space left' }],
    ['install_completed', 5 * minute],
  ]),
  story('corrupt', [['download_failed', 90 * second, { error_code: 'checksum', error_class: 'integrity' }]]),
  story('offline', [['download_failed', minute, { error_code: 'timeout', error_class: 'timeout' }]]),
  story('silent', [['download_started', 0]]),
  story('young', [['download_started', 3 * hour - minute]]),
  story(
    'emulator',
    [
      ['download_completed', 0, { duration_ms: 1, bytes: 1 }],
      ['install_completed', minute],
    ],
    { is_emulator: true },
  ),
  story('debug', [['install_failed', 0, { error_code: 'debug' }]], { is_production: false }),
  story('crashed', [
    ['activated', 0],
    ['app_crashed', minute, { error_code: 'sigsegv', error_class: 'crash' }],
  ]),
  story('crashed later', [
    ['download_completed', 0],
    ['install_completed', minute],
    ['app_crashed', 2 * minute, { error_code: 'sigabrt', error_class: 'crash' }],
  ]),
  story(
    'rolled back',
    [
      ['install_completed', 0],
      ['rolled_back', minute, { error_code: 'ready_timeout' }],
    ],
    { channel: 'beta' },
  ),
  story('late', [
    ['activated', -26 * hour],
    ['rolled_back', 0, { error_code: 'ready_timeout' }],
  ]),
  story('moved on', [
    ['install_completed', 0],
    ['install_completed', hour, { release: '3' }],
  ]),
  story('curious', [['update_checked', 0]]),
  story('elsewhere', [['install_completed', 0, { app_id: 'other' }]]),
  story('unnamed', [['download_failed', 0, { release: '', error_code: 'unknown_bundle', enrols: false }]]),
  story('gone', [['update_checked', -40 * 24 * hour, { release: '' }]]),
].flat();

let site: OperatorSite;

before(async () => {
  site = await createOperatorSite();
  site.now = now;
  // Twice: a retry of everything changes nothing.
  await site.warehouse.insertBlock(testBlock(fleet));
  await site.warehouse.insertBlock(testBlock(fleet, { first: 1000 }));
});

after(() => site.close());

const path = `/v1/apps/app/releases/${encodeURIComponent(release)}`;

interface Release {
  release: string;
  channels: string[];
  devices: Record<string, number>;
  success_rate: { value: number | null; numerator: number; denominator: number; lower: number; upper: number };
  harm: { n: number; x: number; rate: number | null; window_seconds: number };
  downloads: Record<string, number | null>;
  freshness: { newest_received_at: string; seconds: number };
  first_seen: string;
}

test('a release is told by its devices, its rate, its harm and its downloads', async () => {
  const { success_rate, ...rest } = await site.get<Release>(path);
  assert.deepEqual(rest, {
    release,
    channels: ['beta', 'production'],
    devices: { installed: 4, presumed: 1, healed: 1, failed: 5, silent: 1, in_progress: 1, excluded: 2 },
    // healed, corrupt, crashed and rolled back; the late one rolled back more than a day after it had enrolled.
    harm: { n: 12, x: 4, rate: 4 / 12, window_seconds: 86_400 },
    // installed and presumed told figures, crashed later none.
    downloads: { devices: 3, p50_ms: 4000, p90_ms: 4000, p99_ms: 4000, bytes: 3_000_000 },
    first_seen: new Date(begin - 26 * hour).toISOString(),
    last_seen: new Date(now - minute).toISOString(),
    freshness: { newest_received_at: new Date(now - minute).toISOString(), seconds: 60 },
    as_of: new Date(now).toISOString(),
  });
  assert.equal(success_rate.numerator, 5);
  assert.equal(success_rate.denominator, 10);
  assert.equal(success_rate.value, 0.5);
  assert.ok(success_rate.lower > 0 && success_rate.lower < 0.5 && success_rate.upper > 0.5 && success_rate.upper < 1);
});

test('the excluded are counted when asked for, and a channel filters', async () => {
  const all = await site.get<Release>(`${path}?include_excluded=true`);
  assert.deepEqual(all.devices, {
    installed: 5,
    presumed: 1,
    healed: 1,
    failed: 6,
    silent: 1,
    in_progress: 1,
    excluded: 0,
  });
  assert.deepEqual([all.harm.n, all.harm.x, all.downloads.devices], [14, 5, 4]);
  const beta = await site.get<Release>(`${path}?channel=beta`);
  assert.deepEqual(beta.devices, {
    installed: 0,
    presumed: 0,
    healed: 0,
    failed: 1,
    silent: 0,
    in_progress: 0,
    excluded: 0,
  });
  assert.equal(beta.downloads.p50_ms, null);
  const strict = await site.get<Release>(`${path}?confirm_seconds=86400&silence_seconds=86400`);
  assert.deepEqual(strict.devices, {
    installed: 3,
    presumed: 0,
    healed: 1,
    failed: 5,
    silent: 0,
    in_progress: 3,
    excluded: 2,
  });
});

test('the list has every release in which a device took part, and what is charged to none', async () => {
  const { releases, unattributed } = await site.get<{ releases: Release[]; unattributed: number }>(
    '/v1/apps/app/releases',
  );
  assert.deepEqual(
    releases.map((each) => [each.release, each.harm.n]),
    [
      ['3', 1],
      [release, 12],
    ],
  );
  assert.equal(unattributed, 1);
  assert.deepEqual(await site.get('/v1/apps'), {
    apps: [
      { app: 'app', last_seen: new Date(now - minute).toISOString() },
      { app: 'other', last_seen: new Date(begin).toISOString() },
    ],
  });
});

test('no data is a state of its own: an unknown release is 404, an app without events has no release', async () => {
  for (const of of ['', '/errors', '/adoption', '/downloads', '/segments', '/minutes']) {
    assert.equal((await site.ask('GET', `/v1/apps/app/releases/4${of}`)).status, 404);
  }
  assert.deepEqual((await site.get<{ releases: [] }>('/v1/apps/nobody/releases')).releases, []);
});

test('reasons are counted by devices, and the crash of a proven release is none', async () => {
  interface Errors {
    failing_devices: number;
    errors: {
      error_code: string;
      devices: number;
      failed: number;
      healed: number;
      share: number;
      sample_message: string;
    }[];
  }
  const { failing_devices, errors } = await site.get<Errors>(`${path}/errors`);
  assert.equal(failing_devices, 6);
  assert.deepEqual(
    errors.map(({ error_code, devices, failed, healed, share }) => [error_code, devices, failed, healed, share]),
    [
      ['ready_timeout', 2, 2, 0, 2 / 6],
      ['sigsegv', 1, 1, 0, 1 / 6],
      ['checksum', 1, 1, 0, 1 / 6],
      ['timeout', 1, 1, 0, 1 / 6],
      ['no_space', 1, 0, 1, 1 / 6],
    ],
  );
  assert.equal(errors.at(-1)?.sample_message, 'no space left');
});

test('downloads are told by network and region, and one slow region does not hide in the mean', async () => {
  interface Figures {
    network?: string;
    region?: string;
    devices: number;
    timed: number;
    p50_ms: number | null;
    p50_bytes_per_second: number | null;
  }
  interface Downloads {
    all: Figures;
    by_network: Figures[];
    by_region: Figures[];
    by_network_and_region: Figures[];
  }
  const answer = await site.get<Downloads>(`${path}/downloads`);
  const short = ({ network, region, devices, timed, p50_ms, p50_bytes_per_second }: Figures): unknown[] =>
    [network, region, devices, timed, p50_ms, p50_bytes_per_second].filter((each) => each !== undefined);
  assert.deepEqual(short(answer.all), [3, 2, 4000, 1_000_000]);
  assert.deepEqual(answer.by_network.map(short), [
    ['wifi', 2, 1, 1000, 1_000_000],
    ['cellular', 1, 1, 4000, 500_000],
  ]);
  assert.deepEqual(answer.by_region.map(short), [
    ['DE', 2, 1, 1000, 1_000_000],
    ['BR', 1, 1, 4000, 500_000],
  ]);
  assert.deepEqual(answer.by_network_and_region.map(short)[1], ['cellular', 'BR', 1, 1, 4000, 500_000]);
  const one = await site.get<Downloads>(`${path}/downloads?limit=1`);
  assert.equal(one.by_region.length, 1);
});

test('adoption counts the active devices whose latest installed release this is', async () => {
  interface Adoption {
    active: { devices: number };
    adopted: number;
    share: number;
    start: string;
    t50: { state: string };
    curve: { at: string; devices: number }[];
  }
  const { active, adopted, share, start, t50, curve } = await site.get<Adoption>(`${path}/adoption`);
  // Everybody of this app but the excluded and the one that was last seen 40 days ago.
  assert.equal(active.devices, 14);
  // installed, presumed, healed and crashed later; moved on has another one since.
  assert.equal(adopted, 4);
  assert.equal(share, 4 / 14);
  assert.equal(start, new Date(begin - 26 * hour).toISOString());
  assert.equal(t50.state, 'too_few');
  assert.deepEqual([curve[0]?.devices, curve.at(-1)?.devices, curve.at(-1)?.at], [0, 4, new Date(now).toISOString()]);
  const longer = await site.get<Adoption>(`${path}/adoption?active_days=90`);
  assert.equal(longer.active.devices, 15);
  assert.equal((await site.get<Adoption>('/v1/apps/app/releases/3/adoption')).adopted, 1);
});

test('a chart over time has every minute, and its devices sum up to the release', async () => {
  interface Minutes {
    step_seconds: number;
    steps: { at: string; events: Record<string, number>; succeeded: number; failed: number }[];
  }
  const from = new Date(begin).toISOString();
  const { steps } = await site.get<Minutes>(`${path}/minutes?from=${from}`);
  assert.equal(steps.length, 180);
  const sum = (of: (step: Minutes['steps'][0]) => number): number => steps.reduce((total, step) => total + of(step), 0);
  assert.equal(
    sum((step) => step.succeeded),
    5,
  );
  assert.equal(
    sum((step) => step.failed),
    6,
  );
  // Each event was stored twice, and traffic is what was received.
  assert.deepEqual(steps[0], {
    at: from,
    events: {
      activated: 4,
      download_completed: 8,
      download_started: 4,
      install_completed: 6,
      install_failed: 4,
      rolled_back: 2,
      update_checked: 2,
    },
    succeeded: 2,
    failed: 2,
  });
  const hourly = await site.get<Minutes>(`${path}/minutes?from=${from}&step_minutes=60`);
  assert.deepEqual(
    hourly.steps.map(({ succeeded }) => succeeded),
    [5, 0, 0],
  );
  const { status, body } = await site.ask<{ detail: string }>('GET', `${path}/minutes?from=2020-01-01T00:00:00Z`);
  assert.equal(status, 400);
  assert.match(body.detail, /step_minutes/);
});

interface Segments {
  views: {
    view: string;
    values: number;
    segments: { value: string[]; n: number; harm: { x: number }; lift: { value: number | null; verdict: string } }[];
  }[];
}

test('segments are those at enrolment, and a small sample says nothing', async () => {
  const { views } = await site.get<Segments>(`${path}/segments`);
  assert.deepEqual(
    views.map(({ view }) => view),
    ['platform', 'platform_os', 'app_version', 'abi', 'channel'],
  );
  assert.deepEqual(
    views[1]!.segments.map(({ value, n, harm, lift }) => [value, n, harm.x, lift.verdict]),
    [
      [['android', '14'], 11, 4, 'too_small'],
      [['ios', '17'], 1, 0, 'too_small'],
    ],
  );
  assert.deepEqual(
    views[4]!.segments.map(({ value, n }) => [value, n]),
    [
      [['production'], 11],
      [['beta'], 1],
    ],
  );
});

test('a segment that carries the failures is named', async () => {
  const devices = Array.from({ length: 200 }, (_, at) => {
    const old = at % 4 === 0;
    const kind =
      old && at % 8 === 0
        ? 'install_failed'
        : at === 1 || at === 2 || at === 3
          ? 'install_failed'
          : 'install_completed';
    return testEvent({ app_id: 'lift', device_id: `d${at}`, kind, at: begin, os_version: old ? '10.0' : '14' });
  });
  await site.warehouse.insertBlock(testBlock(devices, { partition: 1 }));
  const { views } = await site.get<Segments>('/v1/apps/lift/releases/r1/segments');
  const [rest, old] = views[1]!.segments;
  assert.deepEqual([old?.value, old?.n, old?.harm.x, old?.lift.verdict], [['android', '10'], 50, 25, 'higher']);
  // 25 of 50 against 3 of 150.
  assert.equal(old?.lift.value, 25);
  assert.equal(rest?.lift.verdict, 'lower');
  assert.deepEqual(views[0]!.segments[0]?.lift, { value: null, verdict: 'too_small' });
});
