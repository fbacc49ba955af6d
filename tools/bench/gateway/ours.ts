/** Rollguard's gateway as it is: keys, limits, spool, metrics on; the limits so high that one sender passes them. */
import { Registry } from 'prom-client';
import { createEventCodec } from '../../../lib/events/codec.ts';
import { loadSchemas } from '../../../lib/events/schemas.ts';
import { createKeyRing } from '../../../lib/keys/keyRing.ts';
import { openLog } from '../../../lib/log/open.ts';
import { topics, TOPICS } from '../../../lib/log/topics.ts';
import { createCrashPoints } from '../../../lib/runtime/crashPoints.ts';
import { createLogger } from '../../../lib/runtime/logger.ts';
import { createMetrics } from '../../../lib/runtime/metrics.ts';
import { createGateway } from '../../../services/gateway/gateway.ts';
import { gatewayDefaults } from '../../../services/gateway/gatewayConfig.ts';
import { argument, leave, onMessage, tell } from '../talk.ts';
import { cpuSeconds, type Served, type ServeArgument, type Serving } from './serve.ts';

const given = argument() as ServeArgument;
const log = openLog(given.log);
await log.migrate(topics(4));
const table = await log.table(TOPICS.keys);
const far = 1e9;
const gateway = createGateway({
  log,
  keys: createKeyRing(table, [{ kind: 'ingest', text: given.key }]),
  codec: createEventCodec(loadSchemas()),
  config: {
    ...gatewayDefaults,
    host: '127.0.0.1',
    port: 0,
    secret: 'secret-of-the-bench',
    spoolDir: given.spoolDir,
    keyEventsPerSecond: far,
    keyBurst: far,
    networkEventsPerSecond: far,
    networkBurst: far,
    deviceEventsPerSecond: far,
    deviceBurst: far,
  },
  logger: createLogger('warn', 'gateway'),
  metrics: createMetrics(new Registry()),
  crashPoints: createCrashPoints(undefined),
  clock: Date.now,
});

async function durable(): Promise<number> {
  const ranges = await log.ranges(TOPICS.deviceEvents);
  return ranges.reduce((sum, { first, end }) => sum + end - first, 0);
}

onMessage(
  async () => tell({ cpuSeconds: cpuSeconds(), durable: await durable() } satisfies Served),
  async () => {
    await gateway.stop();
    await table.close();
    await log.close();
    leave();
  },
);
tell({ url: await gateway.start() } satisfies Serving);
