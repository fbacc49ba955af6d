import type { AddressInfo } from 'node:net';
import type { EventCodec } from '../../lib/events/codec.ts';
import type { KeyRing } from '../../lib/keys/keyRing.ts';
import type { Log } from '../../lib/log/log.ts';
import { openSpool } from '../../lib/log/spool.ts';
import { TOPICS } from '../../lib/log/topics.ts';
import type { CrashPoints } from '../../lib/runtime/crashPoints.ts';
import type { Logger } from '../../lib/runtime/logger.ts';
import type { Metrics } from '../../lib/runtime/metrics.ts';
import { createApp } from './app.ts';
import type { GatewayConfig } from './gatewayConfig.ts';
import { createPublisher } from './publisher.ts';

export interface GatewayOptions {
  log: Log;
  keys: KeyRing;
  codec: EventCodec;
  config: GatewayConfig;
  logger: Logger;
  metrics: Metrics;
  crashPoints: CrashPoints;
  clock: () => number;
}

export interface Gateway {
  /** Listens; resolves with the base URL of the device API. */
  start(): Promise<string>;
  /** Why events could not be made durable now; `undefined` when they could. */
  ready(): Promise<string | undefined>;
  /** Answers what it has taken, then stops. */
  stop(): Promise<void>;
}

/** HTTP in, durable events out. */
export function createGateway(options: GatewayOptions): Gateway {
  const { config, log, logger, metrics } = options;
  const spool = config.spoolBytes > 0 ? openSpool(config.spoolDir, config.spoolBytes) : undefined;
  const publisher = createPublisher({
    log,
    topic: TOPICS.deviceEvents,
    spool,
    maxInflightBytes: config.maxInflightBytes,
    appendTimeoutMs: config.appendTimeoutMs,
    logger,
    metrics,
    crashPoints: options.crashPoints,
  });
  /** With room in the spool the log need not be there. */
  async function durable(): Promise<void> {
    if (spool !== undefined && spool.bytes < spool.maxBytes) return;
    await log.ping();
  }
  const app = createApp({ ...options, publisher, ready: durable });
  return {
    ready: () =>
      durable().then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : 'the log cannot be reached'),
      ),
    async start() {
      await app.listen({ host: config.host, port: config.port });
      const { port } = app.server.address() as AddressInfo;
      return `http://${config.host === '0.0.0.0' ? '127.0.0.1' : config.host}:${port}`;
    },
    async stop() {
      await app.close();
      await publisher.stop();
      await spool?.close();
    },
  };
}
