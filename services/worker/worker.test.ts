import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Registry } from 'prom-client';
import { createEventCodec } from '../../lib/events/codec.ts';
import { loadSchemas } from '../../lib/events/schemas.ts';
import { openLog } from '../../lib/log/open.ts';
import type { Log, NewRecord } from '../../lib/log/log.ts';
import { GROUPS, topics, TOPICS } from '../../lib/log/topics.ts';
import { createCrashPoints } from '../../lib/runtime/crashPoints.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import { createMetrics } from '../../lib/runtime/metrics.ts';
import { openWarehouse } from '../../lib/warehouse/open.ts';
import { rawIntegrity } from '../../lib/warehouse/stored.ts';
import { updateEvents } from '../../lib/warehouse/tables.ts';
import type { Warehouse } from '../../lib/warehouse/warehouse.ts';
import { temporaryFolder, type TemporaryFolder } from '../../test/temporaryFolder.ts';
import { testEvent } from '../../test/updateEvent.ts';
import { waitFor } from '../../test/waitFor.ts';
import { createWorker, type Worker } from './worker.ts';
import { workerDefaults } from './workerConfig.ts';

const registry = loadSchemas();
const codec = createEventCodec(registry);
const deadlineMs = 30_000;

let folder: TemporaryFolder;
let log: Log;
let warehouse: Warehouse;

before(async () => {
  folder = await temporaryFolder();
  log = openLog({ kind: 'lmdb', dir: join(folder.path, 'log') });
  await log.migrate(topics(2));
  warehouse = await openWarehouse({ kind: 'embedded', dir: join(folder.path, 'warehouse') });
  await warehouse.migrate();
});

after(async () => {
  await log.close();
  await warehouse.close();
  await folder.remove();
});

function worker(): Worker {
  return createWorker({
    log,
    warehouse,
    config: { ...workerDefaults, blockRows: 100, lingerMs: 20, idleMs: 50 },
    logger: createLogger('silent', 'worker'),
    metrics: createMetrics(new Registry()),
    crashPoints: createCrashPoints(undefined),
    clock: Date.now,
    registry,
    codec,
  });
}

function record(device: string, value: Buffer): NewRecord {
  return { key: Buffer.from(`app:${device}`), value };
}

function reports(prefix: string, count: number): NewRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const device = `${prefix}-${index}`;
    const event = testEvent({ device_id: device, kind: 'install_completed', at: Date.now(), enrols: true });
    return record(device, codec.encode(event));
  });
}

async function count(table: string, where = '1'): Promise<number> {
  const [row] = await warehouse.query<{ n: number }>(`SELECT count() AS n FROM rollguard.${table} WHERE ${where}`);
  return row!.n;
}

async function stored(rows: number): Promise<void> {
  await waitFor(async () => (await count('update_events')) >= rows, { timeoutMs: deadlineMs, what: `${rows} rows` });
}

async function atEnd(): Promise<boolean> {
  const positions = await log.committed(GROUPS.worker, TOPICS.deviceEvents);
  const ranges = await log.ranges(TOPICS.deviceEvents);
  return ranges.every(({ partition, end }) => positions.get(partition)?.position === end);
}

test('what is appended is stored once, by one worker after another, and counted', async () => {
  await log.append(TOPICS.deviceEvents, reports('first', 350));
  const first = worker();
  await first.start();
  await stored(350);
  await first.stop();
  await log.append(TOPICS.deviceEvents, reports('second', 150));
  const second = worker();
  await second.start();
  await stored(500);
  await waitFor(atEnd, { timeoutMs: deadlineMs, what: 'the positions to pass the last block' });
  await second.stop();
  const integrity = await rawIntegrity(warehouse, updateEvents);
  assert.equal(
    integrity.reduce((sum, { rows }) => sum + rows, 0),
    500,
  );
  for (const { rows, distinct } of integrity) assert.equal(rows, distinct);
  const outcomes = await warehouse.query<{ outcome: string; devices: number }>(
    `SELECT outcome, count() AS devices FROM rollguard.device_outcomes(app='app', release='', as_of=now64(3),
       confirm_ms=600000, silence_ms=3600000) GROUP BY outcome`,
  );
  assert.deepEqual(outcomes, [{ outcome: 'installed', devices: 500 }]);
});

test('poison goes to the dead letters with its origin, and everything around it is stored', async () => {
  const before = await count('update_events');
  const event = testEvent({ device_id: 'poison', kind: 'activated', at: Date.now() });
  const wrongSchema = codec.encode(event);
  wrongSchema.writeUInt32BE(999, 1);
  const whole = codec.encode(event);
  const poison: [string, Buffer][] = [
    ['undecodable', Buffer.from('no header at all')],
    ['undecodable', whole.subarray(0, whole.length - 3)],
    ['undecodable', Buffer.concat([whole, Buffer.alloc(4)])],
    ['unknown_schema', wrongSchema],
    ['received_at_out_of_range', codec.encode({ ...event, received_at: Date.now() - 3 * 86_400_000 })],
    ['refused_by_warehouse', codec.encode({ ...event, event_id: 'this is no uuid' })],
  ];
  const around = reports('around', 60);
  const places = await log.append(
    TOPICS.deviceEvents,
    poison.flatMap(([, value], index) => [...around.slice(index * 10, index * 10 + 10), record('poison', value)]),
  );
  const running = worker();
  await running.start();
  await waitFor(async () => (await count('rejected_events')) >= poison.length, {
    timeoutMs: deadlineMs,
    what: 'the dead letters',
  });
  await stored(before + around.length);
  await running.stop();
  assert.equal(await count('update_events'), before + around.length);
  const rejected = await warehouse.query<{ code: string; partition: number; offset: number; value: string }>(
    `SELECT code, origin_partition AS partition, origin_offset AS offset, value_base64 AS value
     FROM rollguard.rejected_events ORDER BY offset`,
  );
  assert.deepEqual(
    rejected,
    poison.map(([code, value], index) => ({
      code,
      ...places[index * 11 + 10]!,
      value: value.toString('base64'),
    })),
  );
});
