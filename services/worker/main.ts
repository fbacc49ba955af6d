import { Registry } from 'prom-client';
import { createEventCodec } from '../../lib/events/codec.ts';
import { loadSchemas } from '../../lib/events/schemas.ts';
import { openClusterLog } from '../../lib/log/open.ts';
import type { Config } from '../../lib/runtime/config/settings.ts';
import { createCrashPoints } from '../../lib/runtime/crashPoints.ts';
import type { Lifecycle } from '../../lib/runtime/lifecycle.ts';
import type { Logger } from '../../lib/runtime/logger.ts';
import { createMetrics } from '../../lib/runtime/metrics.ts';
import { startMetricsServer } from '../../lib/runtime/metricsServer.ts';
import { openClusterWarehouse } from '../../lib/warehouse/open.ts';
import { createWorker } from './worker.ts';
import { workerConfig } from './workerConfig.ts';

/** Longest time without a fetch or a heartbeat before the worker calls itself dead. */
const silenceMs = 60_000;

/** A worker of its own, from Kafka to ClickHouse. It keeps nothing on disk; as many as there are partitions may run. */
export async function startWorker(config: Config, logger: Logger, lifecycle: Lifecycle): Promise<string[]> {
  const log = openClusterLog(config, logger);
  lifecycle.onStop('log', () => log.close());
  const warehouse = openClusterWarehouse(config);
  lifecycle.onStop('warehouse', () => warehouse.close());
  const registry = new Registry();
  const schemas = loadSchemas();
  const worker = createWorker({
    log,
    warehouse,
    registry: schemas,
    codec: createEventCodec(schemas),
    config: workerConfig(config),
    logger,
    metrics: createMetrics(registry),
    crashPoints: createCrashPoints(config.crashAt),
    clock: Date.now,
  });
  await worker.start();
  lifecycle.onStop('worker', () => worker.stop());
  lifecycle.watch('worker', worker.ended);
  const metrics = await startMetricsServer({
    host: config.metricsHost,
    port: config.metricsPort,
    registry,
    alive: () => {
      const quietMs = Date.now() - worker.lastActivity();
      return quietMs < silenceMs ? undefined : `no sign of life from the log for ${Math.round(quietMs / 1000)} s`;
    },
    ready: async () => {
      await warehouse.ping();
      return undefined;
    },
  });
  lifecycle.onStop('metrics', () => metrics.stop());
  return [`Metrics             ${metrics.url}/metrics`];
}
