import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createEventCodec } from '../../lib/events/codec.ts';
import type { UpdateEvent } from '../../lib/events/generated/update-event.ts';
import { loadSchemas } from '../../lib/events/schemas.ts';
import { createKeyRing } from '../../lib/keys/keyRing.ts';
import { createKey } from '../../lib/keys/keys.ts';
import type { NewRecord } from '../../lib/log/log.ts';
import { openLog } from '../../lib/log/open.ts';
import { topics, TOPICS } from '../../lib/log/topics.ts';
import { createCrashPoints } from '../../lib/runtime/crashPoints.ts';
import { createMetrics } from '../../lib/runtime/metrics.ts';
import { createApp } from '../../services/gateway/app.ts';
import { gatewayDefaults, type GatewayConfig } from '../../services/gateway/gatewayConfig.ts';
import { createPublisher, type Publisher } from '../../services/gateway/publisher.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

/** A gateway on a log of its own, whose events can be read back. */
export interface TestGateway {
  app: FastifyInstance;
  /** Good for every app. */
  key: string;
  /** A key of one app. */
  keyFor(appId: string): Promise<string>;
  /** The events that have reached the log since the last call, decoded. */
  arrived(): Promise<UpdateEvent[]>;
  /** Every line logged so far. */
  logged(): string;
  /** The metrics as Prometheus would read them. */
  metrics(): Promise<string>;
  /** The time that the gateway sees; it stands still until it is set. */
  now: number;
  close(): Promise<void>;
}

export interface TestGatewayOptions {
  config?: Partial<GatewayConfig>;
  /** Stands in for the way to the log. */
  publisher?: Publisher;
  /** Keeps the records in memory, for thousands of requests that must not wait for a disk. */
  inMemory?: boolean;
}

const unlimited = { keyEventsPerSecond: 0, networkEventsPerSecond: 0, deviceEventsPerSecond: 0 };
const uncapped = { maxAppsPerKey: 0, maxReleasesPerKey: 0 };

export async function createTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const key = 'rgi_dialects_test_0123456789abcdef';
  const config = { ...gatewayDefaults, ...unlimited, ...uncapped, secret: 'secret', spoolDir: '', ...options.config };
  const folder = await temporaryFolder();
  const log = openLog({ kind: 'lmdb', dir: join(folder.path, 'log') });
  await log.migrate(topics(1));
  const table = await log.table(TOPICS.keys);
  let logged = '';
  const lines = new Writable({
    write(chunk: Buffer, _encoding, done) {
      logged += chunk.toString();
      done();
    },
  });
  const logger = pino({ level: 'trace' }, lines);
  const registry = new Registry();
  const metrics = createMetrics(registry);
  const codec = createEventCodec(loadSchemas());
  const memory: Buffer[] = [];
  const inMemory = {
    append: (_topic: string, records: NewRecord[]) => {
      memory.push(...records.map(({ value }) => value!));
      return Promise.resolve([]);
    },
  };
  const publisher =
    options.publisher ??
    createPublisher({
      log: options.inMemory === true ? inMemory : log,
      topic: TOPICS.deviceEvents,
      spool: undefined,
      maxInflightBytes: config.maxInflightBytes,
      appendTimeoutMs: config.appendTimeoutMs,
      logger,
      metrics,
      crashPoints: createCrashPoints(undefined),
    });
  let from = 0;
  const gateway: TestGateway = {
    app: createApp({
      config,
      keys: createKeyRing(table, [{ kind: 'ingest', text: key }]),
      codec,
      publisher,
      logger,
      metrics,
      clock: () => gateway.now,
      ready: () => log.ping(),
    }),
    key,
    now: Date.now(),
    async keyFor(appId) {
      const { text } = await createKey(log, { kind: 'ingest', app: appId, name: appId }, Date.now());
      await table.refresh();
      return text;
    },
    async arrived() {
      const events = memory.splice(0).map((value) => codec.decode(value).event);
      for await (const records of log.read(TOPICS.deviceEvents, 0, from, Number.MAX_SAFE_INTEGER)) {
        for (const record of records) {
          events.push(codec.decode(record.value!).event);
          from = record.offset + 1;
        }
      }
      return events;
    },
    logged: () => logged,
    metrics: () => registry.metrics(),
    async close() {
      await gateway.app.close();
      await publisher.stop();
      await table.close();
      await log.close();
      await folder.remove();
    },
  };
  return gateway;
}
