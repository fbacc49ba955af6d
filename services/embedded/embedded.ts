import { join } from 'node:path';
import { Registry } from 'prom-client';
import { createEventCodec } from '../../lib/events/codec.ts';
import { loadSchemas } from '../../lib/events/schemas.ts';
import { newKeyText } from '../../lib/keys/key.ts';
import { createKeyRing } from '../../lib/keys/keyRing.ts';
import { ensureFirstKeys, type MadeKey } from '../../lib/keys/keys.ts';
import { presetKeys } from '../../lib/keys/presets.ts';
import { openClusterLog, openLog } from '../../lib/log/open.ts';
import { GROUPS, topics, TOPICS } from '../../lib/log/topics.ts';
import type { Config } from '../../lib/runtime/config/settings.ts';
import { createCrashPoints } from '../../lib/runtime/crashPoints.ts';
import { openDataDir } from '../../lib/runtime/dataDir.ts';
import type { Lifecycle } from '../../lib/runtime/lifecycle.ts';
import type { Logger } from '../../lib/runtime/logger.ts';
import { createMetrics } from '../../lib/runtime/metrics.ts';
import { openClusterWarehouse, openWarehouse } from '../../lib/warehouse/open.ts';
import { createControl } from '../control/control.ts';
import { controlConfig } from '../control/controlConfig.ts';
import { createGateway } from '../gateway/gateway.ts';
import { gatewayConfig } from '../gateway/gatewayConfig.ts';
import { createWorker } from '../worker/worker.ts';
import { workerConfig } from '../worker/workerConfig.ts';
import { startTrimmer } from './trimmer.ts';

export interface Running {
  deviceUrl: string;
  operatorUrl: string;
  /** Made at this start, which was the first: their texts are known only now. */
  firstKeys: MadeKey[];
  /** Address of the console; at a first start it signs in, once. The code stands in the fragment, which no log ever sees. */
  consoleUrl: string;
}

/** All services in this process: on the log and the engine of the data directory, or on the servers that are named. */
export async function startEmbedded(config: Config, logger: Logger, lifecycle: Lifecycle): Promise<Running> {
  const dataDir = openDataDir(config.dataDir);
  lifecycle.onStop('data directory', () => dataDir.close());
  const crashPoints = createCrashPoints(config.crashAt);
  const registry = new Registry();
  const metrics = createMetrics(registry);
  const schemas = loadSchemas();
  const codec = createEventCodec(schemas);

  const kafka = config.kafkaBrokers.length > 0;
  const log = kafka ? openClusterLog(config, logger) : openLog({ kind: 'lmdb', dir: dataDir.folder('log') });
  lifecycle.onStop('log', () => log.close());
  await log.migrate(topics(kafka ? config.kafkaPartitions : config.logPartitions));
  const warehouse =
    config.clickhouseUrl === undefined
      ? await openWarehouse({ kind: 'embedded', dir: dataDir.folder('warehouse') })
      : openClusterWarehouse(config);
  lifecycle.onStop('warehouse', () => warehouse.close());
  await warehouse.migrate();

  const presets = presetKeys(config);
  const firstKeys = presets.length === 2 ? [] : await ensureFirstKeys(log, Date.now());
  const table = await log.table(TOPICS.keys);
  lifecycle.onStop('keys', () => table.close());
  // Commands on this machine enter by a key that lives as long as the process, readable by the folder's owner alone.
  const doorKey = newKeyText('operator');
  const keys = createKeyRing(table, [
    ...presets,
    { kind: 'operator', text: doorKey, origin: 'command line of this machine' },
  ]);
  const shared = { log, warehouse, keys, registry, codec, logger, metrics, crashPoints, clock: Date.now };

  const worker = createWorker({ ...shared, registry: schemas, config: workerConfig(config) });
  await worker.start();
  lifecycle.onStop('worker', () => worker.stop());
  lifecycle.watch('worker', worker.ended);
  const trimmer = startTrimmer(
    log,
    [
      { topic: TOPICS.deviceEvents, group: GROUPS.worker },
      { topic: TOPICS.rejectedEvents, group: GROUPS.rejected },
    ],
    logger,
  );
  lifecycle.onStop('trimmer', () => trimmer.stop());

  const control = createControl({ ...shared, config: controlConfig(config) });
  const operatorUrl = await control.start();
  lifecycle.onStop('control', () => control.stop());
  dataDir.announce({ url: operatorUrl, operatorKey: doorKey });

  const gateway = createGateway({
    ...shared,
    config: gatewayConfig(config, {
      secret: config.secret ?? dataDir.secret(),
      spoolDir: join(dataDir.folder('spool'), 'events'),
    }),
  });
  const deviceUrl = await gateway.start();
  lifecycle.onStop('gateway', () => gateway.stop());
  const operator = firstKeys.find(({ key }) => key.kind === 'operator');
  const signIn = operator === undefined ? '' : `#signin=${control.newSignInCode(operator.key.id)}`;
  return { deviceUrl, operatorUrl, firstKeys, consoleUrl: `${operatorUrl}/${signIn}` };
}
