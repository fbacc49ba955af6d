import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TOPICS } from '../../lib/log/topics.ts';
import { logColumn } from '../../lib/warehouse/logColumn.ts';
import { storedRows } from '../../lib/warehouse/stored.ts';
import { updateEvents } from '../../lib/warehouse/tables.ts';
import { readFillingViews } from '../../lib/warehouse/views.ts';
import { createOperatorSite, type OperatorSite } from '../operatorSite.ts';
import { testBlock, testEvent } from '../updateEvent.ts';
import { recordOf, storeAll } from './worker.ts';

interface Doctor {
  healthy: boolean;
  verdict: string;
  checks: { name: string; verdict: string; summary: string; next_step: string | null }[];
  partitions: { log: string; partition: number; rows: number; distinct: number }[];
}

const kinds = ['download_completed', 'activated', 'install_failed', 'app_crashed', 'install_completed', 'rolled_back'];

let site: OperatorSite;

before(async () => {
  site = await createOperatorSite();
  const events = Array.from({ length: 300 }, (_, at) =>
    testEvent({
      device_id: `d${at % 90}`,
      kind: kinds[at % kinds.length]!,
      at: Date.now(),
      error_code: at % 7 === 0 ? 'E' : '',
    }),
  );
  const garbage = { key: Buffer.from('app:d1'), value: Buffer.from('garbage') };
  await site.log.append(TOPICS.deviceEvents, [...events.map((event) => recordOf(event)), garbage]);
  await storeAll(site);
});

after(() => site.close());

async function examined(deep: boolean): Promise<Doctor> {
  site.now = Date.now();
  return site.get<Doctor>(`/v1/doctor?deep=${deep}`);
}

/** Names of the checks that are not ok, with their verdict. */
async function complaints(deep: boolean): Promise<string[]> {
  const { checks } = await examined(deep);
  return checks.filter(({ verdict }) => verdict !== 'ok').map(({ name, verdict }) => `${verdict} ${name}`);
}

const both = [false, true];

test('a sound installation is healthy, by name of every promise', async () => {
  for (const deep of both) {
    const { healthy, verdict, checks, partitions } = await examined(deep);
    assert.ok(healthy, JSON.stringify(checks));
    // The dead letter is worth a look.
    assert.equal(verdict, 'warn');
    assert.deepEqual(
      checks.map((check) => check.name),
      [
        'log',
        'keys',
        'positions',
        'lag',
        'nothing_lost',
        'rejected_positions',
        'rejected_lag',
        'rejected_nothing_lost',
        'rows_once',
        'rejected_rows_once',
        'dead_letters',
        'view_device_releases',
        'view_device_failures',
        'view_device_downloads',
        'view_segment_values',
        'view_release_minutes',
      ],
    );
    assert.deepEqual(await complaints(deep), ['warn dead_letters']);
    assert.equal(
      partitions.reduce((sum, { rows }) => sum + rows, 0),
      300,
    );
    for (const { next_step, verdict: own } of checks) assert.equal(next_step === null, own === 'ok');
  }
});

/** Takes everything of an app out of the tables again. */
async function forget(app: string): Promise<void> {
  const targets = (await readFillingViews())
    .map(({ target }) => target)
    .filter((target) => target !== 'segment_values');
  for (const table of ['update_events', ...targets]) {
    await site.warehouse.command(
      `ALTER TABLE rollguard.${table} DELETE WHERE app_id = {app:String} SETTINGS mutations_sync = 2`,
      { app },
    );
  }
}

test('a row that is stored twice is found', async () => {
  const twice = testEvent({ app_id: 'twice', device_id: 'x', kind: 'activated', at: Date.now() });
  // Under two tokens, as only a lost deduplication window could do it.
  await site.warehouse.insertBlock(testBlock([twice], { first: 5 }));
  await site.warehouse.insertBlock(testBlock([twice, twice], { first: 5 }));
  for (const deep of both) assert.ok((await complaints(deep)).includes('fail rows_once'));
  const { healthy, checks } = await examined(false);
  assert.equal(healthy, false);
  assert.match(
    checks.find(({ name }) => name === 'rows_once')!.summary,
    /partition 0 of log_\w+ has 3 rows for 2 offsets/,
  );
  await forget('twice');
  assert.deepEqual(await complaints(true), ['warn dead_letters']);
});

test('a hole in any view is found, and is gone when the worker derives the view again', async () => {
  const holes: Record<string, string> = {
    device_releases: "DELETE WHERE device = sipHash64('d3')",
    device_failures: "DELETE WHERE device = sipHash64('d8')",
    device_downloads: "DELETE WHERE device = sipHash64('d6')",
    segment_values: 'DELETE WHERE true',
    release_minutes: "DELETE WHERE kind = 'activated'",
  };
  const log = logColumn(await site.log.id());
  for (const [table, hole] of Object.entries(holes)) {
    await site.warehouse.command(`ALTER TABLE rollguard.${table} ${hole} SETTINGS mutations_sync = 2`);
    for (const deep of both) {
      assert.deepEqual(await complaints(deep), ['warn dead_letters', `fail view_${table}`], `${table}, deep ${deep}`);
    }
    for (const partition of [0, 1]) {
      await storedRows(site.warehouse, updateEvents).repairViews({ logId: log, partition, first: 0, last: 1000 });
    }
    assert.deepEqual(await complaints(true), ['warn dead_letters'], table);
  }
});

test('a state that lacks one event is found, and one that holds too much by the deep examination', async () => {
  const of = "WHERE device = sipHash64('d3')";
  const log = logColumn(await site.log.id());
  await site.warehouse.command(
    `ALTER TABLE rollguard.device_releases UPDATE kinds = 0 ${of} SETTINGS mutations_sync = 2`,
  );
  assert.deepEqual(await complaints(false), ['warn dead_letters', 'fail view_device_releases']);
  for (const partition of [0, 1]) {
    await storedRows(site.warehouse, updateEvents).repairViews({ logId: log, partition, first: 0, last: 1000 });
  }
  await site.warehouse.command(
    `INSERT INTO rollguard.device_releases SELECT * REPLACE (addDays(last_seen, 1) AS last_seen) FROM rollguard.device_releases ${of}`,
  );
  assert.deepEqual(await complaints(false), ['warn dead_letters']);
  const { checks } = await examined(true);
  const check = checks.find(({ name }) => name === 'view_device_releases')!;
  assert.equal(check.verdict, 'fail');
  assert.match(check.summary, /1 keys, such as \('app','r1',\d+\)/);
  await site.warehouse.command(`ALTER TABLE rollguard.device_releases DELETE ${of} SETTINGS mutations_sync = 2`);
  for (const partition of [0, 1]) {
    await storedRows(site.warehouse, updateEvents).repairViews({ logId: log, partition, first: 0, last: 1000 });
  }
  assert.deepEqual(await complaints(true), ['warn dead_letters']);
});

test('records that wait too long are told: a minute is a warning, ten are a failure', async () => {
  const event = testEvent({ device_id: 'waits', kind: 'activated', at: Date.now() });
  await site.log.append(TOPICS.deviceEvents, [recordOf(event)]);
  const after = async (ms: number): Promise<string | undefined> => {
    site.now = Date.now() + ms;
    const { checks } = await site.get<Doctor>('/v1/doctor');
    return checks.find(({ name }) => name === 'lag')?.verdict;
  };
  assert.equal(await after(0), 'ok');
  assert.equal(await after(120_000), 'warn');
  assert.equal(await after(1_200_000), 'fail');
  await storeAll(site);
  assert.equal(await after(1_200_000), 'ok');
});

test('a log that is away is a finding, and the rest is examined all the same', async () => {
  site.logAway = true;
  const { checks } = await examined(false);
  site.logAway = false;
  assert.deepEqual(
    checks.map(({ name, verdict }) => `${verdict} ${name}`).filter((each) => !each.includes('view_')),
    ['fail log', 'ok keys', 'ok rows_once', 'ok rejected_rows_once', 'warn dead_letters'],
  );
  assert.equal(checks.filter(({ name }) => name.startsWith('view_')).length, 5);
});

test('a log that has begun anew is told', async () => {
  const ahead = testEvent({ app_id: 'ahead', device_id: 'x', kind: 'activated', at: Date.now() });
  const log = logColumn(await site.log.id());
  await site.warehouse.insertBlock(testBlock([ahead], { first: 1_000_000, log }));
  for (const deep of both) assert.ok((await complaints(deep)).includes('fail positions'));
  await forget('ahead');
});

test('a record of the log that was never stored is found', async () => {
  assert.deepEqual(await complaints(true), ['warn dead_letters']);
  const [row] = await site.warehouse.query<{ partition: number; offset: number }>(
    'SELECT log_partition AS partition, log_offset AS offset FROM rollguard.update_events WHERE log_offset > 3 LIMIT 1',
  );
  await site.warehouse.command(
    `ALTER TABLE rollguard.update_events DELETE WHERE log_partition = {partition:UInt32} AND log_offset = {offset:UInt64}
     SETTINGS mutations_sync = 2`,
    { ...row! },
  );
  for (const deep of both) {
    const { checks } = await examined(deep);
    const check = checks.find(({ name }) => name === 'nothing_lost')!;
    assert.equal(check.verdict, 'fail');
    assert.match(check.summary, new RegExp(`: 1; partition ${row!.partition} from offset ${row!.offset}`));
  }
});
