import { join } from 'node:path';
import { Registry } from 'prom-client';
import { createEventCodec } from '../../lib/events/codec.ts';
import { loadSchemas } from '../../lib/events/schemas.ts';
import { createKeyRing } from '../../lib/keys/keyRing.ts';
import { presetKeys } from '../../lib/keys/presets.ts';
import { openClusterLog } from '../../lib/log/open.ts';
import { TOPICS } from '../../lib/log/topics.ts';
import type { Config } from '../../lib/runtime/config/settings.ts';
import { createCrashPoints } from '../../lib/runtime/crashPoints.ts';
import { openDataDir } from '../../lib/runtime/dataDir.ts';
import type { Lifecycle } from '../../lib/runtime/lifecycle.ts';
import type { Logger } from '../../lib/runtime/logger.ts';
import { createMetrics } from '../../lib/runtime/metrics.ts';
import { startMetricsServer } from '../../lib/runtime/metricsServer.ts';
import { createGateway } from './gateway.ts';
import { gatewayConfig } from './gatewayConfig.ts';

/** A gateway of its own, in front of Kafka. It owns its data directory, where the spool lies. */
export async function startGateway(config: Config, logger: Logger, lifecycle: Lifecycle): Promise<string[]> {
  const dataDir = openDataDir(config.dataDir);
  lifecycle.onStop('data directory', () => dataDir.close());
  const log = openClusterLog(config, logger);
  lifecycle.onStop('log', () => log.close());
  const table = await log.table(TOPICS.keys);
  lifecycle.onStop('keys', () => table.close());
  const registry = new Registry();
  const gateway = createGateway({
    log,
    keys: createKeyRing(table, presetKeys(config)),
    codec: createEventCodec(loadSchemas()),
    config: gatewayConfig(config, { secret: config.secret!, spoolDir: join(dataDir.folder('spool'), 'events') }),
    logger,
    metrics: createMetrics(registry),
    crashPoints: createCrashPoints(config.crashAt),
    clock: Date.now,
  });
  const url = await gateway.start();
  lifecycle.onStop('gateway', () => gateway.stop());
  const metrics = await startMetricsServer({
    host: config.metricsHost,
    port: config.metricsPort,
    registry,
    alive: () => undefined,
    ready: () => gateway.ready(),
  });
  lifecycle.onStop('metrics', () => metrics.stop());
  return [`Devices report to   ${url}/v1/events`, `Metrics             ${metrics.url}/metrics`];
}
