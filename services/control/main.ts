import { Registry } from 'prom-client';
import { createEventCodec } from '../../lib/events/codec.ts';
import { loadSchemas } from '../../lib/events/schemas.ts';
import { createKeyRing } from '../../lib/keys/keyRing.ts';
import { presetKeys } from '../../lib/keys/presets.ts';
import { openClusterLog } from '../../lib/log/open.ts';
import { TOPICS } from '../../lib/log/topics.ts';
import type { Config } from '../../lib/runtime/config/settings.ts';
import type { Lifecycle } from '../../lib/runtime/lifecycle.ts';
import type { Logger } from '../../lib/runtime/logger.ts';
import { openClusterWarehouse } from '../../lib/warehouse/open.ts';
import { createControl } from './control.ts';
import { controlConfig } from './controlConfig.ts';

/** The operator API of a cluster. It keeps nothing; any number may run. */
export async function startControl(config: Config, logger: Logger, lifecycle: Lifecycle): Promise<string[]> {
  const log = openClusterLog(config, logger);
  lifecycle.onStop('log', () => log.close());
  const warehouse = openClusterWarehouse(config);
  lifecycle.onStop('warehouse', () => warehouse.close());
  const table = await log.table(TOPICS.keys);
  lifecycle.onStop('keys', () => table.close());
  const registry = new Registry();
  const control = createControl({
    log,
    warehouse,
    keys: createKeyRing(table, presetKeys(config)),
    registry,
    codec: createEventCodec(loadSchemas()),
    config: controlConfig(config),
    logger,
    clock: Date.now,
  });
  const url = await control.start();
  lifecycle.onStop('control', () => control.stop());
  return [`Operators ask       ${url}/v1/apps`, `Metrics             ${url}/metrics`];
}
