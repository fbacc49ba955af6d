import type { Registry } from 'prom-client';
import type { EventCodec } from '../../lib/events/codec.ts';
import type { KeyRing } from '../../lib/keys/keyRing.ts';
import type { Log } from '../../lib/log/log.ts';
import type { Logger } from '../../lib/runtime/logger.ts';
import type { Warehouse } from '../../lib/warehouse/warehouse.ts';
import type { ControlConfig } from './controlConfig.ts';

/** What the operator API works with. It writes to the log only (keys, replayed records), never to the warehouse. */
export interface ControlOptions {
  log: Log;
  warehouse: Warehouse;
  keys: KeyRing;
  /** Of the metrics. */
  registry: Registry;
  codec: EventCodec;
  config: ControlConfig;
  logger: Logger;
  /** Epoch ms. */
  clock: () => number;
}
