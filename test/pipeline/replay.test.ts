import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TOPICS } from '../../lib/log/topics.ts';
import { createOperatorSite, type Answer, type OperatorSite } from '../operatorSite.ts';
import { testEvent, testUuid } from '../updateEvent.ts';
import { codec, recordOf, storeAll } from './worker.ts';

interface Origin {
  log: string;
  topic: string;
  partition: number;
  offset: number;
}

interface Listed {
  rejected: { rejection: { origin: Origin; code: string; device: string; app: string }; value_base64: string | null }[];
  next: string | null;
}

interface Replayed {
  dry_run: boolean;
  replayed: number;
  already_stored: number;
  refused: number;
  results: {
    origin: Origin;
    status: string;
    event_id: string | null;
    code: string | null;
    reason: string | null;
    offset: number | null;
  }[];
  next: string | null;
}

const hour = 60 * 60 * 1000;
const now = Date.now();
const poisoned = (device: string): ReturnType<typeof testEvent> =>
  testEvent({ device_id: device, kind: 'install_completed', at: now });

/** Rejected for its schema id, which a later program would know. */
const foreign = poisoned('foreign');
/** Rejected for an id that is no UUID: only a repaired record can be stored. */
const idless = { ...poisoned('idless'), event_id: 'no uuid' };
/** Rejected because the log took it long after it had been received. */
const stale = { ...poisoned('stale'), received_at: now - 72 * hour };

let site: OperatorSite;

before(async () => {
  site = await createOperatorSite({ partitions: 1 });
  site.now = now;
  const wrongSchema = codec.encode(foreign);
  wrongSchema.writeUInt32BE(999, 1);
  await site.log.append(TOPICS.deviceEvents, [
    recordOf(poisoned('good')),
    recordOf(foreign, wrongSchema),
    recordOf(idless),
    recordOf(stale),
    { key: Buffer.from('nobody'), value: Buffer.from('garbage') },
  ]);
  await storeAll(site);
});

after(() => site.close());

async function listed(query = ''): Promise<Listed> {
  return site.get<Listed>(`/v1/rejected${query}`);
}

async function originOf(device: string): Promise<Origin> {
  const { rejected } = await listed();
  return rejected.find(({ rejection }) => rejection.device === device)!.rejection.origin;
}

async function replay(body: object): Promise<Answer<Replayed>> {
  return site.ask<Replayed>('POST', '/v1/rejected/replay', { body });
}

async function installed(): Promise<number> {
  const { devices } = await site.get<{ devices: { installed: number } }>('/v1/apps/app/releases/r1');
  return devices.installed;
}

test('rejected records are listed with their origin and reason, by code and app, page by page', async () => {
  const { rejected, next } = await listed();
  assert.equal(next, null);
  assert.deepEqual(
    rejected
      .map(({ rejection, value_base64 }) => [rejection.device, rejection.code, rejection.origin.offset, value_base64])
      .sort(),
    [
      ['', 'undecodable', 4, null],
      ['foreign', 'unknown_schema', 1, null],
      ['idless', 'refused_by_warehouse', 2, null],
      ['stale', 'received_at_out_of_range', 3, null],
    ],
  );
  const [origin] = [rejected[0]!.rejection.origin];
  assert.deepEqual([origin.log, origin.topic, origin.partition], [await site.log.id(), TOPICS.deviceEvents, 0]);
  assert.equal((await listed('?code=undecodable')).rejected.length, 1);
  assert.equal((await listed('?app=app')).rejected.length, 3);
  assert.equal((await listed(`?since=${new Date(now + hour).toISOString()}`)).rejected.length, 0);
  const values = await listed('?code=undecodable&values=true');
  assert.equal(Buffer.from(values.rejected[0]!.value_base64!, 'base64').toString(), 'garbage');
  const pages: Listed['rejected'] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Listed = await listed(`?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`);
    pages.push(...page.rejected);
    assert.ok(pages.length <= rejected.length, 'the cursor stands still');
    cursor = page.next;
  }
  assert.deepEqual(pages, rejected);
});

test('a record that was rejected twice in a crash is listed once', async () => {
  const before = (await listed()).rejected.length;
  const letters = [];
  for await (const records of site.log.read(TOPICS.rejectedEvents, 0, 0, 100)) letters.push(...records);
  await site.log.append(
    TOPICS.rejectedEvents,
    letters.map(({ key, value }) => ({ key: key!, value })),
  );
  await storeAll(site);
  assert.equal((await listed()).rejected.length, before);
});

test('a rejected event is traced by its id', async () => {
  const trace = await site.get<{ status: string; rejected: { code: string }[] }>(`/v1/events/${foreign.event_id}`);
  assert.deepEqual([trace.status, trace.rejected.map(({ code }) => code)], ['rejected', ['unknown_schema']]);
});

test('a dry run is the default, writes nothing and tells what would be', async () => {
  const { body } = await replay({ filter: {} });
  assert.deepEqual([body.dry_run, body.replayed, body.refused, body.already_stored], [true, 0, 4, 0]);
  const codes = body.results.map(({ status, code }) => `${status} ${code}`).sort();
  assert.deepEqual(codes, [
    'refused received_at_out_of_range',
    'refused refused_by_warehouse',
    'refused undecodable',
    'refused unknown_schema',
  ]);
  const stamped = await replay({ filter: { code: 'received_at_out_of_range' }, restamp: true });
  assert.deepEqual(
    stamped.body.results.map(({ status, event_id }) => [status, event_id]),
    [['would_replay', stale.event_id]],
  );
  const [range] = await site.log.ranges(TOPICS.deviceEvents);
  assert.equal(range?.end, 5, 'nothing was appended');
});

test('a repaired record is replayed, stored under its event id, and its device counted', async () => {
  assert.equal(await installed(), 1);
  const repaired = { ...idless, event_id: testUuid('repaired') };
  const asked = { origins: [await originOf('idless')], value_base64: codec.encode(repaired).toString('base64') };
  const dry = await replay(asked);
  assert.deepEqual(
    dry.body.results.map(({ status }) => status),
    ['would_replay'],
  );
  const { body } = await replay({ ...asked, dry_run: false });
  assert.deepEqual([body.replayed, body.refused], [1, 0]);
  assert.deepEqual(
    body.results.map(({ status, event_id, offset }) => [status, event_id, offset]),
    [['replayed', repaired.event_id, 5]],
  );
  await storeAll(site);
  assert.equal(await installed(), 2);
  const trace = await site.get<{ status: string; stored: { offset: number }[]; device: string }>(
    `/v1/events/${repaired.event_id}`,
  );
  assert.deepEqual([trace.status, trace.device, trace.stored.map(({ offset }) => offset)], ['stored', 'idless', [5]]);
  assert.match(site.logged(), /"operator":"from the configuration".*"replayed":1,"msg":"rejected records replayed"/);

  const again = await replay({ ...asked, dry_run: false });
  assert.deepEqual([again.body.replayed, again.body.already_stored], [0, 1], 'what is stored is left alone');
});

test('an old event is replayed when it is given a new time of receipt, and keeps the clock of its device', async () => {
  const { body } = await replay({ origins: [await originOf('stale')], restamp: true, dry_run: false });
  assert.deepEqual(
    body.results.map(({ status }) => status),
    ['replayed'],
  );
  await storeAll(site);
  assert.equal(await installed(), 3);
  const { row } = await site.get<{ row: { received_at: string; device_clock: string } }>(
    `/v1/events/${stale.event_id}`,
  );
  assert.deepEqual([Date.parse(row.received_at), Date.parse(row.device_clock)], [now, stale.device_clock]);
});

test('what is still bad is refused with the reason, and nothing of it is written', async () => {
  const origin = await originOf('foreign');
  const value = codec.encode(foreign);
  for (const [bad, code] of [
    [Buffer.from('still garbage'), 'undecodable'],
    [Buffer.concat([value, Buffer.alloc(1)]), 'undecodable'],
    [codec.encode({ ...foreign, event_id: 'x' }), 'refused_by_warehouse'],
    [codec.encode({ ...foreign, device_clock: 8e15 }), 'refused_by_warehouse'],
    [codec.encode({ ...foreign, received_at: now - 25 * hour }), 'received_at_out_of_range'],
  ] as const) {
    const { body } = await replay({ origins: [origin], value_base64: bad.toString('base64'), dry_run: false });
    assert.deepEqual(
      body.results.map((each) => [each.status, each.code]),
      [['refused', code]],
    );
    assert.ok(body.results[0]!.reason!.length > 20);
  }
  const missing = await replay({ origins: [{ ...origin, offset: 77 }], dry_run: false });
  assert.deepEqual(
    missing.body.results.map((each) => each.code),
    ['not_found'],
  );
  const [range] = await site.log.ranges(TOPICS.deviceEvents);
  assert.equal(range?.end, 7, 'only the two replayed records came to the five');
});

test('a replay that is not clear about its records is refused whole', async () => {
  const origin = await originOf('foreign');
  for (const body of [
    {},
    { origins: [origin], filter: {} },
    { origins: [origin, origin], value_base64: 'AAAA' },
    { filter: {}, value_base64: 'AAAA' },
    { filter: { kode: 'x' } },
    { filter: {}, dry_run: null },
    { filter: {}, dry_run: 'false' },
    { filter: {}, limit: 1001 },
  ]) {
    assert.equal((await replay(body)).status, 400, JSON.stringify(body));
  }
});
