import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import type { NewRecord, Place } from '../../lib/log/log.ts';
import { openSpool } from '../../lib/log/spool.ts';
import { createCrashPoints } from '../../lib/runtime/crashPoints.ts';
import { hasCode, RollguardError } from '../../lib/runtime/errors.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import { createMetrics } from '../../lib/runtime/metrics.ts';
import { temporaryFolder } from '../../test/temporaryFolder.ts';
import { waitFor } from '../../test/waitFor.ts';
import { createPublisher, type Publisher } from './publisher.ts';

/** A log that is there or away, and takes its time. */
class SwitchedLog {
  away = false;
  readonly values: string[] = [];
  appends = 0;
  /** Set, an append waits for it. */
  gate: Promise<void> | undefined;

  async append(_topic: string, records: NewRecord[]): Promise<Place[]> {
    await new Promise((resolve) => setImmediate(resolve));
    await this.gate;
    if (this.away) throw new RollguardError('log_unavailable');
    this.appends += 1;
    for (const { value } of records) this.values.push(value!.toString());
    return records.map((_, offset) => ({ partition: 0, offset }));
  }
}

const record = (value: string): NewRecord => ({ key: Buffer.from('app:device'), value: Buffer.from(value) });

function publisherOn(
  log: SwitchedLog,
  spool: ReturnType<typeof openSpool> | undefined,
  appendTimeoutMs = 5_000,
): Publisher {
  return createPublisher({
    log,
    topic: 't',
    spool,
    maxInflightBytes: 1024 * 1024,
    appendTimeoutMs,
    logger: createLogger('silent', 'test'),
    metrics: createMetrics(new Registry()),
    crashPoints: createCrashPoints(undefined),
  });
}

test('requests that come while an append is under way go together in the next', async () => {
  const log = new SwitchedLog();
  const publisher = publisherOn(log, undefined);
  await Promise.all(Array.from({ length: 100 }, (_, index) => publisher.publish([record(`${index}`)])));
  assert.deepEqual(
    log.values,
    Array.from({ length: 100 }, (_, index) => `${index}`),
  );
  assert.ok(log.appends <= 3, `${log.appends} appends`);
  await publisher.stop();
});

test('with the log away events are kept in the spool, over a restart too, and reach the log in order', async () => {
  const folder = await temporaryFolder();
  const log = new SwitchedLog();
  let spool = openSpool(folder.path, 1024 * 1024);
  let publisher = publisherOn(log, spool);
  assert.equal(await publisher.publish([record('0')]), 'accepted');
  log.away = true;
  for (let index = 1; index <= 20; index += 1) assert.equal(await publisher.publish([record(`${index}`)]), 'spooled');
  await publisher.stop();
  await spool.close();

  spool = openSpool(folder.path, 1024 * 1024);
  assert.equal(spool.records, 20);
  publisher = publisherOn(log, spool);
  assert.equal(await publisher.publish([record('21')]), 'spooled', 'behind what waits already');
  log.away = false;
  await waitFor(() => spool.records === 0, { timeoutMs: 10_000, what: 'the spool to be drained' });
  await waitFor(async () => (await publisher.publish([record('last')])) === 'accepted', {
    timeoutMs: 10_000,
    what: 'the direct way',
  });
  const numbers = log.values.filter((value) => value !== 'last').map(Number);
  assert.deepEqual(
    numbers,
    Array.from({ length: 22 }, (_, index) => index),
  );
  await publisher.stop();
  await spool.close();
  await folder.remove();
});

test('a full spool refuses, and loses nothing that it has', async () => {
  const folder = await temporaryFolder();
  const log = new SwitchedLog();
  log.away = true;
  const spool = openSpool(folder.path, 100);
  const publisher = publisherOn(log, spool);
  await publisher.publish([record('x'.repeat(50))]);
  await assert.rejects(publisher.publish([record('y'.repeat(60))]), (error) => hasCode(error, 'spool_full'));
  assert.equal(spool.records, 1);
  await publisher.stop();
  await spool.close();
  await folder.remove();
});

test('an append that takes too long turns its events over to the spool, and nothing overtakes it', async () => {
  const folder = await temporaryFolder();
  const log = new SwitchedLog();
  let open = (): void => undefined;
  log.gate = new Promise((resolve) => (open = resolve));
  const spool = openSpool(folder.path, 1024 * 1024);
  const publisher = publisherOn(log, spool, 20);
  assert.equal(await publisher.publish([record('slow')]), 'spooled');
  assert.equal(publisher.direct(), false);
  assert.equal(await publisher.publish([record('next')]), 'spooled');
  assert.deepEqual(log.values, [], 'the log still holds the first append up');
  open();
  await waitFor(() => publisher.direct(), { timeoutMs: 10_000, what: 'the direct way' });
  // The slow append succeeded after all, so its event is there twice; its id makes it one for every count.
  assert.deepEqual(log.values, ['slow', 'slow', 'next']);
  await publisher.stop();
  await spool.close();
  await folder.remove();
});
