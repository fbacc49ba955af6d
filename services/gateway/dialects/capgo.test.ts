import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { UpdateEvent } from '../../../lib/events/generated/update-event.ts';
import { capgoBatch, capgoEvent } from '../../../test/dialects/capgoEvents.ts';
import { tableOf } from '../../../test/dialects/page.ts';
import { createTestGateway, type TestGateway } from '../../../test/dialects/testGateway.ts';
import { capgoActions, progressAction } from './capgoActions.ts';

let gateway: TestGateway;

before(async () => {
  gateway = await createTestGateway();
});

after(() => gateway.close());

async function post(body: unknown, key = gateway.key): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await gateway.app.inject({
    method: 'POST',
    url: `/k/${key}/capgo/stats`,
    headers: { 'content-type': 'application/json' },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.statusCode, body: answer.json() };
}

/** Posts, and gives what has come of it. */
async function kept(body: unknown): Promise<UpdateEvent[]> {
  await post(body);
  return gateway.arrived();
}

/** Who is charged with what: kind, release, the bundle that ran before, whether it makes a participant. */
async function charged(body: unknown): Promise<unknown[]> {
  return (await kept(body)).map(({ kind, release, previous_release, enrols }) => [
    kind,
    release,
    previous_release,
    enrols,
  ]);
}

const ios = { platform: 'ios' };

test('every action counts as the page says, and the page leaves none out', () => {
  const written = new Map(
    tableOf('capgo', 'What each action counts as').map(([action, kind, ...names]) => [action, [kind, ...names]]),
  );
  const known = Object.entries(capgoActions).map(([action, { kind, names, errorClass }]): [string, string[]] => {
    const named = typeof names === 'string' ? names : `${names.android}, iOS ${names.ios}, Electron ${names.electron}`;
    return [action, [kind, kind === 'download_failed' ? named : '', errorClass ?? '']];
  });
  assert.ok(progressAction.test('download_10') && progressAction.test('download_90'));
  known.push(['download_10 … download_90', ['download_progressed', '', '']]);
  assert.deepEqual(Object.fromEntries(written), Object.fromEntries(known));
  // 91 words of the server, of which nine are the progress, and one that is newer.
  assert.equal(known.length, 91 - 9 + 1 + 1);
});

test('an update from its start to its proof', async () => {
  const story = capgoBatch(
    ['download_manifest_start', '1.3.0'],
    ['download_40', '1.3.0'],
    ['download_complete', '1.3.0'],
    ['set_next', '1.3.0', { old_version_name: '1.2.3' }],
    ['set', '1.3.0', { old_version_name: '1.2.3' }],
    ['app_launch_ready', '1.3.0', { metadata: { duration_ms: '842' } }],
  );
  const events = await kept(story);
  assert.deepEqual(
    events.map(({ kind, release, previous_release, enrols }) => [kind, release, previous_release, enrols]),
    [
      ['download_started', '1.3.0', '', true],
      ['download_progressed', '1.3.0', '', true],
      ['download_completed', '1.3.0', '', true],
      ['other', '1.3.0', '1.2.3', false],
      ['activated', '1.3.0', '1.2.3', true],
      // Every cold start sends it: it proves the bundle, and makes nobody a participant.
      ['install_completed', '1.3.0', '', false],
    ],
  );
  const { event_id, received_at, occurred_at, ...first } = events[0]!;
  assert.match(event_id, /^[0-9a-f-]{36}$/);
  assert.ok(occurred_at <= received_at + 86_400_000);
  assert.deepEqual(first, {
    app_id: 'com.example.app',
    device_id: '00009a6b-eefe-490a-9c60-8e965132ae51',
    kind: 'download_started',
    release: '1.3.0',
    previous_release: '',
    channel: 'production',
    platform: 'android',
    os_version: '14',
    abi: '',
    app_version: '1.2.0',
    device_model: '',
    network: '',
    region: '',
    sdk: 'capacitor-updater',
    sdk_version: '8.51.23',
    device_clock: 1_790_000_000_000,
    sent_at: null,
    skew_ms: 0,
    duration_ms: null,
    bytes: null,
    progress: null,
    attempt: null,
    error_code: '',
    error_message: '',
    error_class: '',
    is_production: true,
    is_emulator: false,
    enrols: true,
    dialect: 'capgo',
    source_action: 'download_manifest_start',
    source_network: first.source_network,
    attributes: { install_source: 'google_play', version_code: '120' },
  });
  assert.equal(events[1]!.progress, 40);
  assert.equal(events[5]!.duration_ms, 842);
});

test('a rollback to an earlier bundle charges the one that failed, and makes no participant of the other', async () => {
  const reverted: Parameters<typeof capgoBatch> = [
    ['app_launch_timeout', '1.3.0'],
    ['update_fail', '1.3.0'],
    ['set', '1.2.3', { old_version_name: 'builtin' }],
    ['delete', '1.3.0'],
  ];
  const rolledBack = ['rolled_back', '1.3.0', '', true];
  const wentBack = ['activated', '1.2.3', '1.2.0', false];
  const [other, deleted] = [
    ['other', '1.3.0', '', false],
    ['other', '1.3.0', '', false],
  ];
  assert.deepEqual(await charged(capgoBatch(...reverted)), [other, rolledBack, wentBack, deleted]);

  // A bundle that was fetched afterwards is an update like any other.
  const later = capgoBatch(
    ...reverted.slice(0, 2),
    ['download_complete', '1.4.0'],
    ['set', '1.4.0', { old_version_name: 'builtin' }],
  );
  assert.deepEqual((await charged(later)).at(-1), ['activated', '1.4.0', '1.2.0', true]);
  const alone = capgoBatch(['set', '1.2.3', { old_version_name: 'builtin' }]);
  assert.deepEqual(await charged(alone), [['activated', '1.2.3', '1.2.0', true]]);
});

test('a failure that names the running bundle is charged to nobody', async () => {
  const unattributed = ['download_failed', '', '1.2.3', false];
  const target = ['download_failed', '1.3.0', '', true];
  const cases: [string, object, unknown[]][] = [
    ['download_fail', ios, unattributed],
    ['insufficient_disk_space', ios, unattributed],
    ['unzip_fail', ios, unattributed],
    ['unzip_fail', {}, unattributed],
    ['checksum_fail', {}, unattributed],
    ['directory_path_fail', {}, unattributed],
  ];
  for (const [action, more, expected] of cases) {
    assert.deepEqual(await charged(capgoBatch([action, '1.2.3', more])), [expected], action);
  }
  for (const [action, more] of [
    ['checksum_fail', ios],
    ['insufficient_disk_space', {}],
    ['finish_download_fail', {}],
    ['decrypt_fail', ios],
    ['download_fail', { platform: 'electron', plugin_version: '0.0.1' }],
  ] as const) {
    assert.deepEqual(await charged(capgoBatch([action, '1.3.0', more])), [target], action);
  }
  assert.deepEqual(await charged(capgoBatch(['set_fail', '1.3.0'])), [['install_failed', '1.3.0', '', true]]);
});

test("Android's download_fail is charged to the bundle it names, unless that one is seen to run", async () => {
  assert.deepEqual(await charged(capgoBatch(['download_fail', '1.3.0'])), [['download_failed', '1.3.0', '', true]]);
  const offline = capgoBatch(['app_moved_to_foreground', '1.2.3'], ['download_fail', '1.2.3']);
  assert.deepEqual((await charged(offline))[1], ['download_failed', '', '1.2.3', false]);
  const fetching = capgoBatch(['app_moved_to_foreground', '1.2.3'], ['download_fail', '1.3.0']);
  assert.deepEqual((await charged(fetching))[1], ['download_failed', '1.3.0', '', true]);
  const queued = capgoBatch(['set_next', '1.3.0', { old_version_name: '1.2.3' }], ['download_fail', '1.2.3']);
  assert.deepEqual((await charged(queued))[1], ['download_failed', '', '1.2.3', false]);
});

test('a broken archive on Android: one failure, charged once, with its cause', async () => {
  const events = await kept(
    capgoBatch(['checksum_fail', '1.2.3'], ['download_fail', '1.2.3'], ['finish_download_fail', '1.3.0']),
  );
  assert.deepEqual(
    events.map(({ release, error_code, error_class, error_message }) => [
      release,
      error_code,
      error_class,
      error_message,
    ]),
    [
      ['', 'checksum_fail', 'integrity', ''],
      ['', 'download_fail', 'unknown', ''],
      ['1.3.0', 'finish_download_fail', 'integrity', 'checksum_fail'],
    ],
  );
});

test('a file of a bundle, the bundle of the store, old plugins', async () => {
  const file = `assets/${'x'.repeat(200)}.js`;
  const [composite] = await kept(capgoEvent('download_manifest_checksum_fail', `1.3.0:${file}`, ios));
  assert.equal(composite!.release, '1.3.0');
  assert.equal(composite!.attributes.file, file);
  assert.equal(composite!.error_class, 'integrity');

  const capitals = '9929AFAD-ECF1-4D7F-B0C1-A8CE463C6684';
  const [old] = await kept(capgoEvent('set', 'builtin', { ...ios, plugin_version: '5.9.0', device_id: capitals }));
  assert.equal(old!.device_id, capitals.toLowerCase());
  assert.deepEqual([old!.kind, old!.release, old!.enrols], ['activated', '1.2.0', false]);

  for (const [plugin, code] of [
    ['7.16.9', 'legacy_no_update'],
    ['6.14.24', 'legacy_no_update'],
    ['5.50.1', 'legacy_no_update'],
    ['', 'legacy_no_update'],
    ['6.14.25', 'download_fail'],
    ['7.17.0', 'download_fail'],
    ['8.0.0', 'download_fail'],
  ]) {
    const [event] = await kept(capgoEvent('download_fail', '1.3.0', { plugin_version: plugin }));
    const named = code === 'download_fail' ? ['1.3.0', '', true] : ['', '1.3.0', false];
    assert.deepEqual(
      [event!.error_code, event!.release, event!.previous_release, event!.enrols],
      [code, ...named],
      plugin,
    );
  }
});

test('a crash lies at the time at which the process died', async () => {
  const metadata = { exit_timestamp: '1789999940000', exit_reason: 'crash_native' };
  const [event] = await kept(capgoBatch(['app_crash_native', '1.3.0', { metadata }]));
  assert.deepEqual(
    [event!.kind, event!.release, event!.device_clock, event!.error_class, event!.error_message, event!.enrols],
    ['app_crashed', '1.3.0', 1_789_999_940_000, 'crash', 'crash_native', false],
  );
  const later = { exit_timestamp: '1799999940000' };
  const [wrong] = await kept(capgoBatch(['app_crash_native', '1.3.0', { metadata: later }]));
  assert.equal(wrong!.device_clock, 1_790_000_000_000);
});

test('debug builds and emulators are marked, and what is not a flag changes nothing', async () => {
  const [debug] = await kept(capgoEvent('set', '1.3.0', { is_prod: false, is_emulator: true }));
  assert.deepEqual([debug!.is_production, debug!.is_emulator], [false, true]);
  const [odd] = await kept(capgoEvent('set', '1.3.0', { is_prod: 'no', is_emulator: 1 }));
  assert.deepEqual([odd!.is_production, odd!.is_emulator], [true, false]);
});

test('metadata becomes properties as far as it fits', async () => {
  const metadata: Record<string, unknown> = { ['x'.repeat(65)]: 'long name', number: 5 };
  for (let index = 0; index < 30; index += 1) metadata[`name_${index}`] = 'ü'.repeat(2048);
  const [event] = await kept(capgoBatch(['webview_javascript_error', '1.3.0', { metadata }]));
  const { install_source, ...rest } = event!.attributes;
  assert.equal(install_source, 'google_play');
  assert.ok(Object.keys(rest).length <= 19);
  const sizes = Object.values(rest).map((value) => Buffer.byteLength(value));
  assert.ok(sizes.every((size) => size <= 1024));
  assert.ok(sizes.reduce((sum, size) => sum + size, 0) <= 8 * 1024);
  assert.equal(event!.attributes.name_0, 'ü'.repeat(512));
});

test('a batch sent again has the ids of the first time, also behind other events', async () => {
  const batch = capgoBatch(['app_moved_to_foreground', '1.2.3'], ['download_fail', '1.2.3'], ['set', '1.3.0']);
  const first = await kept(batch);
  gateway.now += 3_600_000;
  for (const again of [batch, batch]) {
    assert.deepEqual(
      (await kept(again)).map(({ event_id }) => event_id),
      first.map(({ event_id }) => event_id),
    );
  }
  // How a failure is understood may depend on its neighbours; what it is called does not.
  const [alone] = await kept(batch.slice(1, 2));
  assert.equal(alone!.event_id, first[1]!.event_id);
  assert.equal(new Set(first.map(({ event_id }) => event_id)).size, 3);
});

test('an event without a time has one id within a minute, and another afterwards', async () => {
  gateway.now = Math.ceil(gateway.now / 60_000) * 60_000;
  const single = capgoEvent('download_zip_start', '1.3.0');
  const [first] = await kept(single);
  gateway.now += 59_999;
  const [retry] = await kept(single);
  gateway.now += 1;
  const [later] = await kept(single);
  assert.equal(retry!.event_id, first!.event_id);
  assert.notEqual(later!.event_id, first!.event_id);
});

test('a bad item is named in the results and costs nothing else', async () => {
  const good = capgoEvent('set', '1.3.0');
  const { status, body } = await post([
    good,
    null,
    { ...good, device_id: '' },
    { ...good, app_id: undefined },
    { ...good, version_name: 'x'.repeat(129) },
    { ...good, device_id: 5 },
    good,
  ]);
  assert.equal(status, 200);
  assert.equal(body.status, 'ok');
  const results = body.results as { status: string; index: number; error?: string; message?: string }[];
  assert.deepEqual(
    results.map(({ status, index, error = '' }) => [status, index, error]),
    [
      ['ok', 0, ''],
      ['error', 1, 'invalid_json_body'],
      ['error', 2, 'missing_device_id'],
      ['error', 3, 'missing_app_id'],
      ['error', 4, 'invalid_json_body'],
      ['error', 5, 'invalid_json_body'],
      ['ok', 6, ''],
    ],
  );
  assert.equal((await gateway.arrived()).length, 2);

  const single = await post({ ...good, device_id: null });
  assert.deepEqual(single, {
    status: 200,
    body: { error: 'missing_device_id', message: 'device_id is required' },
  });
  assert.deepEqual(await post([]), { status: 200, body: { status: 'ok', results: [] } });
  assert.deepEqual(await gateway.arrived(), []);
});

test('the app of the key stands in for one that is not named, and another one is refused', async () => {
  const key = await gateway.keyFor('com.example.app');
  const own = { ...capgoEvent('set', '1.3.0'), app_id: undefined };
  assert.equal((await post(own, key)).status, 200);
  assert.equal((await gateway.arrived())[0]!.app_id, 'com.example.app');
  const foreign = capgoEvent('set', '1.3.0', { app_id: 'com.example.other' });
  for (const body of [foreign, [foreign, foreign]]) {
    const refused = await post(body, key);
    assert.deepEqual([refused.status, refused.body.error], [403, 'app_not_allowed']);
  }
  const mixed = await post([own, foreign], key);
  assert.equal(mixed.status, 200);
  assert.deepEqual(
    (mixed.body.results as { error?: string }[]).map(({ error = '' }) => error),
    ['', 'app_not_allowed'],
  );
  assert.equal((await gateway.arrived()).length, 1);
});

test('GET and HEAD say that the address is right', async () => {
  const url = `/k/${gateway.key}/capgo/stats`;
  const health = await gateway.app.inject({ method: 'GET', url });
  assert.deepEqual([health.statusCode, health.json()], [200, { status: 'ok' }]);
  assert.equal((await gateway.app.inject({ method: 'HEAD', url })).statusCode, 200);
  assert.equal((await gateway.app.inject({ method: 'GET', url: '/k/rgi_wrong/capgo/stats' })).statusCode, 401);
});
