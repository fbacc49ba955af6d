import type { FastifyRequest } from 'fastify';
import type { EventCodec } from '../../lib/events/codec.ts';
import type { Key } from '../../lib/keys/key.ts';
import type { KeyRing } from '../../lib/keys/keyRing.ts';
import type { NewRecord } from '../../lib/log/log.ts';
import { hasCode } from '../../lib/runtime/errors.ts';
import type { Logger } from '../../lib/runtime/logger.ts';
import type { Metrics } from '../../lib/runtime/metrics.ts';
import { createAdmission, type Sender } from './admission.ts';
import { readBody } from './body.ts';
import type { Dialect, DialectRequest, Reading, Route } from './dialects/dialect.ts';
import type { GatewayConfig } from './gatewayConfig.ts';
import type { Outcome, Rejection } from './outcome.ts';
import { Problem } from './problem.ts';
import type { Publisher } from './publisher.ts';
import type { Reply } from './reply.ts';
import { SenderNetworks } from './senderNetworks.ts';
import { parseRanges } from './sourceNetwork.ts';

export interface IntakeOptions {
  config: GatewayConfig;
  keys: KeyRing;
  codec: EventCodec;
  publisher: Publisher;
  logger: Logger;
  metrics: Metrics;
  clock: () => number;
}

/** Takes one request of a dialect in: its events are durable when the answer is there. Throws a Problem for a refusal. */
export type Intake = (dialect: Dialect, route: Route, request: FastifyRequest) => Promise<Reply>;

/** What happens to every request, whatever its dialect: key, body, limits, stamp, one durable append. */
export function createIntake(options: IntakeOptions): Intake {
  const { config, keys, codec, publisher, logger, metrics, clock } = options;
  const admission = createAdmission(config);
  const networks = new SenderNetworks(config.secret, parseRanges(config.trustedProxies));

  function keyOf(request: FastifyRequest): Key {
    const { authorization = '' } = request.headers;
    const header = request.headers['x-rollguard-key'];
    const given =
      (request.params as { key?: string }).key ??
      (typeof header === 'string' ? header : /^Bearer +(\S+)$/i.exec(authorization)?.[1]);
    const key = given === undefined ? undefined : keys.find(given);
    if (key?.kind !== 'ingest') throw new Problem('unknown_key');
    return key;
  }

  function senderOf(request: FastifyRequest, dialect: string): Sender {
    const forwarded = String(request.headers['x-forwarded-for'] ?? '');
    const network = networks.of(request.socket.remoteAddress, forwarded);
    return { key: keyOf(request), network, receivedAt: clock(), dialect };
  }

  async function view(request: FastifyRequest, key: Key): Promise<DialectRequest> {
    const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const params = { ...(request.params as Record<string, string>) };
    delete params.key;
    return {
      params,
      query: request.query as DialectRequest['query'],
      headers: request.headers,
      body: await readBody(raw, request.headers['content-encoding'], config.maxBodyBytes),
      keyApp: key.app === '*' ? '' : key.app,
    };
  }

  function count(dialect: Dialect, outcome: Outcome, events: number): void {
    if (events > 0) metrics.inc('rollguard_gateway_events_total', { dialect: dialect.name, outcome }, events);
  }

  function holdToLimits(dialect: Dialect, sender: Sender, events: number): void {
    const over = events === 0 ? undefined : admission.overLimit(sender, events);
    if (!over) return;
    if (dialect.overLimit === 'accept') {
      metrics.inc('rollguard_gateway_over_limit_total', { dialect: dialect.name, limit: over.limit }, events);
      return;
    }
    count(dialect, 'refused_rate_limited', events);
    const seconds = Math.max(1, Math.ceil(over.waitMs / 1000));
    throw new Problem('rate_limited', undefined, { 'retry-after': String(seconds) });
  }

  function admit(dialect: Dialect, sender: Sender, reading: Reading): Admitted {
    const records: NewRecord[] = [];
    const rejections = reading.events.map((value): Rejection | undefined => {
      const { draft, fault } = reading.parse(value);
      const admitted = draft ? admission.admitEvent(draft, sender) : { rejection: fault };
      if ('event' in admitted) {
        const { event } = admitted;
        records.push({ key: Buffer.from(`${event.app_id}:${event.device_id}`), value: codec.encode(event) });
        return undefined;
      }
      const { rejection } = admitted;
      if (rejection.code === 'rate_limited' && dialect.overDeviceLimit === 'drop') {
        count(dialect, 'dropped_device_limit', 1);
        return undefined;
      }
      count(dialect, `rejected_${rejection.code}`, 1);
      return rejection;
    });
    return { records, rejections };
  }

  async function publish(dialect: Dialect, records: NewRecord[]): Promise<void> {
    if (records.length === 0) return;
    try {
      count(dialect, await publisher.publish(records), records.length);
    } catch (error) {
      count(dialect, 'refused_overloaded', records.length);
      // The client is told to come back; only what is not about the log's or the spool's room is our fault.
      if (!hasCode(error, 'overloaded', 'spool_full', 'log_unavailable', 'log_not_migrated')) throw error;
      logger.warn({ err: error }, 'events could not be kept');
      throw new Problem('overloaded', undefined, { 'retry-after': String(config.retryAfterSeconds) });
    }
  }

  return async (dialect, route, request) => {
    const sender = senderOf(request, dialect.name);
    const reading = route.read(await view(request, sender.key));
    if (reading.events.length > config.maxBatchEvents) {
      throw new Problem('batch_too_large', `A request has at most ${config.maxBatchEvents} events.`);
    }
    holdToLimits(dialect, sender, reading.events.length);
    const { records, rejections } = admit(dialect, sender, reading);
    await publish(dialect, records);
    return reading.answer(rejections);
  };
}

interface Admitted {
  records: NewRecord[];
  /** By the event's place in the request; `undefined` for one that is not refused. */
  rejections: (Rejection | undefined)[];
}
