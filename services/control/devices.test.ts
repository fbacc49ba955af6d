import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { GROUPS, TOPICS } from '../../lib/log/topics.ts';
import { createEventCodec } from '../../lib/events/codec.ts';
import { loadSchemas } from '../../lib/events/schemas.ts';
import { logIdOf } from '../../lib/warehouse/logColumn.ts';
import { createOperatorSite, type OperatorSite } from '../../test/operatorSite.ts';
import { testBlock, testEvent, testLog, testUuid } from '../../test/updateEvent.ts';

const minute = 60_000;
const now = Math.floor(Date.now() / minute) * minute;
const begin = now - 3 * 60 * minute;
const device = 'phone/1 ü';

/** The clock of this phone is two hours behind; it sent its events in the wrong order, and the failure twice. */
const behind = 120 * minute;
const at = (
  minutes: number,
  received = minutes,
): { at: number; device_clock: number; skew_ms: number; sent_at: number } => ({
  at: begin + received * minute,
  device_clock: begin + minutes * minute - behind,
  sent_at: begin + received * minute - behind,
  skew_ms: behind,
});
const failed = testEvent({ device_id: device, kind: 'install_failed', error_code: 'E1', ...at(4, 9) });
const events = [
  testEvent({ device_id: device, kind: 'install_completed', ...at(30) }),
  testEvent({ device_id: device, kind: 'activated', ...at(4, 5) }),
  failed,
  { ...failed, received_at: failed.received_at + minute },
  testEvent({ device_id: device, kind: 'update_offered', ...at(0) }),
  testEvent({ device_id: device, kind: 'update_checked', release: '', ...at(0) }),
  testEvent({ device_id: device, kind: 'update_offered', release: 'r9', ...at(31) }),
  testEvent({ device_id: 'another', kind: 'activated', ...at(4) }),
  testEvent({ device_id: device, app_id: 'other', kind: 'activated', ...at(4) }),
];

let site: OperatorSite;

before(async () => {
  site = await createOperatorSite();
  site.now = now;
  await site.warehouse.insertBlock(testBlock(events, { partition: 1, first: 500 }));
});

after(() => site.close());

interface Timeline {
  releases: Record<string, unknown>[];
  events: {
    gap_ms: number | null;
    event: { kind: string; release: string; device_clock: string; received_at: string; skew_ms: number };
    stored: { log: string; partition: number; offset: number }[];
  }[];
  next: string | null;
}

const path = `/v1/apps/app/devices/${encodeURIComponent(device)}`;

test('a timeline is in the order of the device’s own clock, with gaps, and each event once', async () => {
  const { events: told, next } = await site.get<Timeline>(path);
  assert.equal(next, null);
  assert.deepEqual(
    told.map(({ gap_ms, event, stored }) => [event.kind, event.release, gap_ms, stored.map(({ offset }) => offset)]),
    [
      ['update_checked', '', null, [505]],
      ['update_offered', 'r1', 0, [504]],
      // At one time on its clock: a failed install precedes the activation that follows it.
      ['install_failed', 'r1', 4 * minute, [502, 503]],
      ['activated', 'r1', 0, [501]],
      ['install_completed', 'r1', 26 * minute, [500]],
      ['update_offered', 'r9', minute, [506]],
    ],
  );
  const { event, stored } = told[2]!;
  assert.equal(event.device_clock, new Date(begin + 4 * minute - behind).toISOString());
  assert.equal(event.received_at, new Date(begin + 9 * minute).toISOString());
  assert.equal(event.skew_ms, behind);
  assert.deepEqual([stored[0]?.log, stored[0]?.partition], [logIdOf(testLog), 1]);
});

test('each release says what it did to the device, and which steps were never reported', async () => {
  const { releases } = await site.get<Timeline>(path);
  const time = (minutes: number): string => new Date(begin + minutes * minute).toISOString();
  assert.deepEqual(releases, [
    {
      release: 'r1',
      outcome: 'healed',
      presumed: false,
      excluded: false,
      enrolled_at: time(5),
      harmed_at: time(9),
      first_seen: time(0),
      last_seen: time(30),
      reported: ['update_offered', 'activated', 'install_completed', 'install_failed'],
      not_reported: ['download_started', 'download_completed'],
    },
    {
      release: 'r9',
      outcome: null,
      presumed: false,
      excluded: false,
      enrolled_at: null,
      harmed_at: null,
      first_seen: time(31),
      last_seen: time(31),
      reported: ['update_offered'],
      not_reported: [],
    },
  ]);
});

test('pages put together are the whole, and gaps go across their ends', async () => {
  const whole = await site.get<Timeline>(path);
  for (const limit of [1, 2, 5, 6]) {
    const pages: Timeline['events'] = [];
    let next: string | null = '';
    while (next !== null) {
      const page: Timeline = await site.get<Timeline>(`${path}?limit=${limit}${next === '' ? '' : `&cursor=${next}`}`);
      assert.ok(page.events.length > 0 && page.events.length <= limit);
      pages.push(...page.events);
      assert.ok(pages.length <= whole.events.length, 'the cursor stands still');
      next = page.next;
    }
    assert.deepEqual(pages, whole.events);
  }
});

test('a device that nobody has heard of is 404', async () => {
  assert.equal((await site.ask('GET', '/v1/apps/app/devices/nobody')).status, 404);
  assert.equal((await site.ask('GET', `/v1/apps/nobody/devices/${encodeURIComponent(device)}`)).status, 404);
});

interface Trace {
  status: string;
  detail: string;
  app: string | null;
  device: string | null;
  row: { kind: string } | null;
  stored: { offset: number }[];
  waiting: { partition: number; offset: number }[];
  lag: { partition: number; position: number | null; end: number; lag: number }[];
}

test('a stored event is traced to every copy of it, in either case of its id', async () => {
  for (const id of [failed.event_id, failed.event_id.toUpperCase()]) {
    const trace = await site.get<Trace>(`/v1/events/${id}`);
    assert.deepEqual(
      [trace.status, trace.app, trace.device, trace.row?.kind],
      ['stored', 'app', device, 'install_failed'],
    );
    assert.deepEqual(
      trace.stored.map(({ offset }) => offset),
      [502, 503],
    );
    assert.match(trace.detail, /2 times/);
  }
});

test('an event that is in the log and not stored is waiting, with the lag of its partition', async () => {
  const codec = createEventCodec(loadSchemas());
  const waiting = testEvent({ device_id: 'waits', kind: 'activated', at: now });
  const before = testEvent({ device_id: 'waits', kind: 'download_started', at: now });
  const places = await site.log.append(
    TOPICS.deviceEvents,
    [before, waiting].map((event) => ({ key: Buffer.from('app:waits'), value: codec.encode(event) })),
  );
  const trace = await site.get<Trace>(`/v1/events/${waiting.event_id}`);
  assert.equal(trace.status, 'waiting');
  assert.equal(trace.row, null);
  assert.deepEqual(
    trace.waiting.map(({ partition, offset }) => ({ partition, offset })),
    [places[1]],
  );
  const lag = trace.lag.find(({ partition }) => partition === places[1]!.partition);
  assert.deepEqual([lag?.position, lag?.end, lag?.lag], [null, 2, 2]);
  const positions = await site.log.committed(GROUPS.worker, TOPICS.deviceEvents);
  assert.equal(positions.size, 0, 'asking moves nothing');
});

test('with the log away a stored event is told, and nothing is claimed of one that is not', async () => {
  site.logAway = true;
  const stored = await site.get<Trace>(`/v1/events/${failed.event_id}`);
  const unknown = await site.ask<{ code: string }>('GET', `/v1/events/${testUuid('nobody sent this')}`);
  site.logAway = false;
  assert.deepEqual([stored.status, stored.lag], ['stored', []]);
  assert.deepEqual([unknown.status, unknown.body.code], [503, 'log_unavailable']);
});

test('an event that is nowhere is told so, with what cannot be known', async () => {
  const trace = await site.get<Trace>(`/v1/events/${testUuid('nobody sent this')}`);
  assert.equal(trace.status, 'not_found');
  assert.match(trace.detail, /spool/);
  for (const id of ['nonsense', '00000000-0000-0000-0000-00000000000', "'; DROP TABLE x"]) {
    assert.equal((await site.ask('GET', `/v1/events/${encodeURIComponent(id)}`)).status, 400);
  }
});
