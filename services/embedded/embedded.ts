import { join } from 'node:path';
import { Registry } from 'prom-client';
import { createEventCodec } from '../../lib/events/codec.ts';
import { loadSchemas } from '../../lib/events/schemas.ts';
import { createKeyRing, type PresetKey } from '../../lib/keys/keyRing.ts';
import { ensureFirstKeys, type MadeKey } from '../../lib/keys/keys.ts';
import { openLog } from '../../lib/log/open.ts';
import { topics, TOPICS } from '../../lib/log/topics.ts';
import type { Config } from '../../lib/runtime/config/settings.ts';
import { createCrashPoints } from '../../lib/runtime/crashPoints.ts';
import { openDataDir } from '../../lib/runtime/dataDir.ts';
import type { Lifecycle } from '../../lib/runtime/lifecycle.ts';
import type { Logger } from '../../lib/runtime/logger.ts';
import { createMetrics } from '../../lib/runtime/metrics.ts';
import { openWarehouse } from '../../lib/warehouse/open.ts';
import { createControl } from '../control/control.ts';
import { controlConfig } from '../control/controlConfig.ts';
import { createGateway } from '../gateway/gateway.ts';
import { gatewayDefaults } from '../gateway/gatewayConfig.ts';
import { createWorker, workerDefaults } from '../worker/worker.ts';

export interface Running {
  deviceUrl: string;
  operatorUrl: string;
  /** Made at this start, which was the first: their texts are known only now. */
  firstKeys: MadeKey[];
}

/** All services in this process, on the log and the engine of the data directory. */
export async function startEmbedded(config: Config, logger: Logger, lifecycle: Lifecycle): Promise<Running> {
  const dataDir = openDataDir(config.dataDir);
  lifecycle.onStop('data directory', () => dataDir.close());
  const crashPoints = createCrashPoints(config.crashAt);
  const registry = new Registry();
  const metrics = createMetrics(registry);
  const schemas = loadSchemas();
  const codec = createEventCodec(schemas);

  const log = openLog({ kind: 'lmdb', dir: dataDir.folder('log') });
  lifecycle.onStop('log', () => log.close());
  await log.migrate(topics(config.logPartitions));
  const warehouse = await openWarehouse({ kind: 'embedded', dir: dataDir.folder('warehouse') });
  lifecycle.onStop('warehouse', () => warehouse.close());
  await warehouse.migrate();

  const presets: PresetKey[] = [];
  if (config.ingestKey !== undefined) presets.push({ kind: 'ingest', text: config.ingestKey });
  if (config.operatorKey !== undefined) presets.push({ kind: 'operator', text: config.operatorKey });
  const firstKeys = presets.length === 2 ? [] : await ensureFirstKeys(log, Date.now());
  const table = await log.table(TOPICS.keys);
  lifecycle.onStop('keys', () => table.close());
  const keys = createKeyRing(table, presets);
  const shared = { log, warehouse, keys, registry, codec, logger, metrics, crashPoints, clock: Date.now };

  const worker = createWorker({
    ...shared,
    registry: schemas,
    config: {
      ...workerDefaults,
      blockRows: config.blockRows,
      fetchBytes: config.blockBytes,
      lingerMs: config.blockMs,
      rejections: { inARow: config.rejectedInARow, percent: config.rejectedPercent },
    },
  });
  await worker.start();
  lifecycle.onStop('worker', () => worker.stop());
  lifecycle.watch('worker', worker.ended);

  const control = createControl({ ...shared, config: controlConfig(config) });
  const operatorUrl = await control.start();
  lifecycle.onStop('control', () => control.stop());

  const gateway = createGateway({
    ...shared,
    config: {
      ...gatewayDefaults,
      host: config.host,
      port: config.port,
      secret: config.secret ?? dataDir.secret(),
      trustedProxies: [...config.trustedProxies],
      maxBodyBytes: config.maxBodyBytes,
      maxBatchEvents: config.maxBatchEvents,
      keyEventsPerSecond: config.keyEventsPerSecond,
      networkEventsPerSecond: config.networkEventsPerSecond,
      deviceEventsPerSecond: config.deviceEventsPerMinute / 60,
      deviceBurst: config.deviceEventsPerMinute,
      maxAppsPerKey: config.maxAppsPerKey,
      maxReleasesPerKey: config.maxReleasesPerKey,
      spoolDir: join(dataDir.folder('spool'), 'events'),
      spoolBytes: config.spoolBytes,
    },
  });
  const deviceUrl = await gateway.start();
  lifecycle.onStop('gateway', () => gateway.stop());
  return { deviceUrl, operatorUrl, firstKeys };
}
