import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Writable } from 'node:stream';
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createEventCodec } from '../../lib/events/codec.ts';
import type { UpdateEvent } from '../../lib/events/generated/update-event.ts';
import { loadSchemas } from '../../lib/events/schemas.ts';
import { createKeyRing } from '../../lib/keys/keyRing.ts';
import { createKey, revokeKey } from '../../lib/keys/keys.ts';
import { openLog } from '../../lib/log/open.ts';
import type { Log, LogTable } from '../../lib/log/log.ts';
import { topics, TOPICS } from '../../lib/log/topics.ts';
import { createCrashPoints } from '../../lib/runtime/crashPoints.ts';
import { createMetrics } from '../../lib/runtime/metrics.ts';
import { temporaryFolder, type TemporaryFolder } from '../../test/temporaryFolder.ts';
import { createApp } from './app.ts';
import { gatewayDefaults } from './gatewayConfig.ts';
import { createPublisher } from './publisher.ts';

const codec = createEventCodec(loadSchemas());
const preset = 'rgi_gateway_test_0123456789abcdef';
const config = {
  ...gatewayDefaults,
  secret: 'gateway-test-secret',
  spoolDir: '',
  deviceBurst: 10_000,
  networkBurst: 1e6,
};

let folder: TemporaryFolder;
let log: Log;
let table: LogTable;
let app: FastifyInstance;
let logged = '';

before(async () => {
  folder = await temporaryFolder();
  log = openLog({ kind: 'lmdb', dir: join(folder.path, 'log') });
  await log.migrate(topics(1));
  table = await log.table(TOPICS.keys);
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      logged += chunk.toString();
      done();
    },
  });
  const logger = pino({ level: 'trace' }, stream);
  const metrics = createMetrics(new Registry());
  const publisher = createPublisher({
    log,
    topic: TOPICS.deviceEvents,
    spool: undefined,
    maxInflightBytes: config.maxInflightBytes,
    appendTimeoutMs: config.appendTimeoutMs,
    logger,
    metrics,
    crashPoints: createCrashPoints(undefined),
  });
  const keys = createKeyRing(table, [{ kind: 'ingest', text: preset }]);
  app = createApp({ config, keys, codec, publisher, logger, metrics, clock: Date.now, ready: () => log.ping() });
});

after(async () => {
  await app.close();
  await table.close();
  await log.close();
  await folder.remove();
});

interface Answer {
  status: number;
  body: { accepted?: number; rejected?: { index: number; code: string; field: string }[]; code?: string };
}

async function post(body: unknown, headers: Record<string, string> = {}, path = '/v1/events'): Promise<Answer> {
  const payload = Buffer.isBuffer(body) || typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await app.inject({
    method: 'POST',
    url: path,
    payload,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${preset}`, ...headers },
  });
  return { status: answer.statusCode, body: answer.json() };
}

let from = 0;

/** The events that have reached the log since the last call. */
async function arrived(): Promise<UpdateEvent[]> {
  const events: UpdateEvent[] = [];
  for await (const records of log.read(TOPICS.deviceEvents, 0, from, Number.MAX_SAFE_INTEGER)) {
    for (const record of records) {
      events.push(codec.decode(record.value!).event);
      from = record.offset + 1;
    }
  }
  return events;
}

const event = (device: string, more: object = {}): object => ({
  app_id: 'com.example.app',
  device_id: device,
  kind: 'install_completed',
  release: '1.0.1',
  ...more,
});

test('one event, an array and an envelope are accepted, and lie in the log before the answer', async () => {
  assert.deepEqual(await post(event('a')), { status: 202, body: { accepted: 1, rejected: [] } });
  assert.deepEqual(await post([event('b'), event('c')]), { status: 202, body: { accepted: 2, rejected: [] } });
  const sent = Date.now() - 7_200_000;
  const skewed = { events: [event('d', { occurred_at: sent - 1000 })], sent_at: sent };
  assert.equal((await post(skewed, {}, `/k/${preset}/v1/events`)).status, 202);
  const events = await arrived();
  assert.deepEqual(
    events.map(({ device_id }) => device_id),
    ['a', 'b', 'c', 'd'],
  );
  const corrected = events[3]!;
  assert.equal(corrected.device_clock, sent - 1000);
  assert.equal(corrected.occurred_at, corrected.received_at - 1000);
  assert.ok(events.every(({ enrols }) => enrols));
});

test('a batch of 50 with one bad event loses only that one, which is named', async () => {
  const batch = Array.from({ length: 50 }, (_, index) => event(`batch-${index}`));
  batch[17] = { ...batch[17], release: 5 };
  const { status, body } = await post(batch);
  assert.equal(status, 202);
  assert.equal(body.accepted, 49);
  assert.deepEqual(
    body.rejected!.map(({ index, code, field }) => ({ index, code, field })),
    [{ index: 17, code: 'wrong_type', field: 'release' }],
  );
  assert.equal((await arrived()).length, 49);
});

test('the same batch posted three times gives the same event ids', async () => {
  const batch = [event('retry', { occurred_at: Date.now() }), event('retry', { kind: 'rolled_back', occurred_at: 5 })];
  for (let time = 0; time < 3; time += 1) await post(batch);
  assert.equal(new Set((await arrived()).map(({ event_id }) => event_id)).size, 2);
});

test('gzip is read, and a small body that inflates beyond the limit is refused', async () => {
  const encoding = { 'content-encoding': 'gzip' };
  assert.equal((await post(gzipSync(JSON.stringify(event('zipped'))), encoding)).status, 202);
  const bomb = gzipSync(Buffer.alloc(config.maxBodyBytes * 4, ' '));
  assert.ok(bomb.length < 20_000);
  const { status, body } = await post(bomb, encoding);
  assert.deepEqual([status, body.code], [413, 'body_too_large']);
  assert.equal((await arrived()).length, 1);
});

test('each kind of bad input has its stable code', async () => {
  const cases: [unknown, number, string][] = [
    ['{"app_id": ', 400, 'unreadable_body'],
    ['', 400, 'unreadable_body'],
    ['"text"', 400, 'unreadable_body'],
    [{ events: 5 }, 400, 'unreadable_body'],
    [{ events: [], sent_at: 'yesterday' }, 400, 'unreadable_body'],
    [Array.from({ length: 10_000 }, () => ({})), 413, 'batch_too_large'],
    ['x'.repeat(config.maxBodyBytes + 1), 413, 'body_too_large'],
  ];
  for (const [body, status, code] of cases) {
    const answer = await post(body);
    assert.deepEqual([answer.status, answer.body.code], [status, code]);
  }
  const large = await post([event('large', { attributes: { a: 'x'.repeat(20_000) } })]);
  assert.equal(large.body.rejected![0]!.code, 'too_large');
  assert.deepEqual(await arrived(), []);
});

test('an unknown kind is kept as other, and clocks of 1970 and 2100 are kept and corrected', async () => {
  const early = event('clock', { occurred_at: '1970-01-01T00:00:05Z' });
  const late = event('clock', { occurred_at: '2100-01-01T00:00:00Z' });
  await post([event('new', { kind: 'bundle_teleported', release: '' }), early, late]);
  const [other, past, future] = await arrived();
  assert.deepEqual([other!.kind, other!.source_action, other!.enrols], ['other', 'bundle_teleported', false]);
  assert.equal(past!.device_clock, 5000);
  assert.ok(past!.occurred_at >= past!.received_at - 31 * 86_400_000);
  assert.equal(future!.device_clock, Date.UTC(2100, 0, 1));
  assert.ok(future!.occurred_at <= future!.received_at + 86_400_000);
});

test('keys: unknown and revoked ones are 401, another app is 403, operator keys cannot write', async () => {
  const made = await createKey(log, { kind: 'ingest', app: 'com.example.app', name: 'one app' }, Date.now());
  const operator = await createKey(log, { kind: 'operator', app: '*', name: 'reader' }, Date.now());
  await table.refresh();
  const bearer = (text: string): Record<string, string> => ({ authorization: `Bearer ${text}` });
  assert.equal((await post(event('k'), bearer(made.text))).status, 202);
  const bare = { device_id: 'k', kind: 'activated', release: '2' };
  assert.equal((await post(bare, bearer(made.text))).status, 202, 'the app of the key is the default');
  const foreign = event('k', { app_id: 'com.example.other' });
  const refused = await post(foreign, bearer(made.text));
  assert.deepEqual([refused.status, refused.body.code], [403, 'app_not_allowed']);
  const mixed = await post([event('k'), foreign], bearer(made.text));
  assert.deepEqual([mixed.status, mixed.body.accepted, mixed.body.rejected![0]!.code], [202, 1, 'app_not_allowed']);
  for (const text of ['rgi_nobody', operator.text]) {
    const answer = await post(event('k'), bearer(text));
    assert.deepEqual([answer.status, answer.body.code], [401, 'unknown_key']);
  }
  await revokeKey(log, table, made.key.id, Date.now());
  await table.refresh();
  assert.equal((await post(event('k'), bearer(made.text))).status, 401);
  assert.equal((await arrived()).length, 3);
});

test('whatever is posted, the answer is never a 5xx and the log holds whole events only', async () => {
  const anything = fc.oneof(
    fc.json(),
    fc.string(),
    fc.array(fc.record({ app_id: fc.anything(), device_id: fc.string(), kind: fc.anything(), release: fc.string() })),
  );
  await fc.assert(
    fc.asyncProperty(anything, async (body) => {
      const text = typeof body === 'string' ? body : JSON.stringify(body, plain);
      const { status } = await post(text);
      assert.ok(status < 500, `status ${status}`);
    }),
    { numRuns: 2000 },
  );
  await arrived();
});

/** What JSON cannot hold, as text. */
function plain(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' || typeof value === 'symbol' ? String(value) : value;
}

test('no key stands in a log line', () => {
  assert.equal(logged.includes(preset), false);
});
