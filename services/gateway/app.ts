import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { EventCodec } from '../../lib/events/codec.ts';
import { parseNative } from '../../lib/events/native.ts';
import type { Key } from '../../lib/keys/key.ts';
import type { KeyRing } from '../../lib/keys/keyRing.ts';
import type { NewRecord } from '../../lib/log/log.ts';
import type { Logger } from '../../lib/runtime/logger.ts';
import type { Metrics } from '../../lib/runtime/metrics.ts';
import { hasCode } from '../../lib/runtime/errors.ts';
import { createAdmission, type Sender } from './admission.ts';
import { parseJson, readBody } from './body.ts';
import { readEnvelope } from './envelope.ts';
import type { GatewayConfig } from './gatewayConfig.ts';
import type { Outcome, Rejection } from './outcome.ts';
import { Problem, sendProblem } from './problem.ts';
import type { Publisher } from './publisher.ts';
import { networkHash, parseRanges, senderAddress } from './sourceNetwork.ts';

export interface AppOptions {
  config: GatewayConfig;
  keys: KeyRing;
  codec: EventCodec;
  publisher: Publisher;
  logger: Logger;
  metrics: Metrics;
  clock: () => number;
  /** Throws when events could not be made durable now. */
  ready: () => Promise<void>;
}

const dialect = 'native';

/** The device API: what it logs is the route's pattern, never a path, because a path may hold a key. */
export function createApp(options: AppOptions): FastifyInstance {
  const { config, keys, codec, publisher, logger, metrics, clock } = options;
  const admission = createAdmission(config);
  const trusted = parseRanges(config.trustedProxies);
  const app = fastify({ logger: false, bodyLimit: config.maxBodyBytes, forceCloseConnections: 'idle' });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.inc('rollguard_gateway_requests_total', { route, status: String(reply.statusCode) });
    metrics.observe('rollguard_gateway_request_seconds', { route }, reply.elapsedTime / 1000);
    done();
  });
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('access-control-allow-origin', '*');
    if (request.method !== 'OPTIONS') return;
    await reply
      .header('access-control-allow-methods', 'POST, GET')
      .header('access-control-allow-headers', 'authorization, content-type, content-encoding, x-rollguard-key')
      .header('access-control-max-age', '86400')
      .code(204)
      .send();
  });
  app.setErrorHandler((error: Error & { code?: string }, request, reply) => {
    if (error instanceof Problem) return sendProblem(reply, error);
    if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return sendProblem(reply, new Problem('body_too_large'));
    if ('statusCode' in error && Number(error.statusCode) < 500) {
      return sendProblem(reply, new Problem('unreadable_body', 'The request cannot be read.'));
    }
    logger.error({ route: request.routeOptions.url, err: error }, 'a request failed');
    return sendProblem(reply, new Problem('internal'));
  });
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, new Problem('not_found')));

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

  function senderOf(request: FastifyRequest): Sender {
    const forwarded = request.headers['x-forwarded-for'] ?? '';
    const address = senderAddress(request.socket.remoteAddress, String(forwarded), trusted);
    return { key: keyOf(request), network: networkHash(config.secret, address), receivedAt: clock(), dialect };
  }

  /** The client is told to come back; only what is not about the log's or the spool's room is our fault. */
  function overloaded(error: unknown): unknown {
    if (!hasCode(error, 'overloaded', 'spool_full', 'log_unavailable', 'log_not_migrated')) return error;
    logger.warn({ err: error }, 'events could not be kept');
    return new Problem('overloaded', undefined, config.retryAfterSeconds);
  }

  function count(outcome: Outcome, events: number): void {
    if (events > 0) metrics.inc('rollguard_gateway_events_total', { dialect, outcome }, events);
  }

  async function events(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const sender = senderOf(request);
    const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const text = await readBody(raw, request.headers['content-encoding'], config.maxBodyBytes);
    const envelope = readEnvelope(parseJson(text), config.maxBatchEvents);
    try {
      admission.admitRequest(sender, envelope.events.length);
    } catch (error) {
      count('refused_rate_limited', envelope.events.length);
      throw error;
    }
    const records: NewRecord[] = [];
    const rejected: (Rejection & { index: number })[] = [];
    const defaults = { app_id: sender.key.app === '*' ? '' : sender.key.app, sent_at: envelope.sentAt };
    for (const [index, value] of envelope.events.entries()) {
      const { draft, fault } = parseNative(value, defaults);
      const admitted = draft === undefined ? { rejection: fault } : admission.admitEvent(draft, sender);
      if ('event' in admitted) {
        const { event } = admitted;
        records.push({ key: Buffer.from(`${event.app_id}:${event.device_id}`), value: codec.encode(event) });
      } else {
        count(`rejected_${admitted.rejection.code}`, 1);
        rejected.push({ index, ...admitted.rejection });
      }
    }
    if (envelope.single && rejected[0]?.code === 'app_not_allowed') throw new Problem('app_not_allowed');
    if (records.length > 0) {
      try {
        count(await publisher.publish(records), records.length);
      } catch (error) {
        count('refused_overloaded', records.length);
        throw overloaded(error);
      }
    }
    return reply.code(202).send({ accepted: records.length, rejected });
  }

  app.post('/v1/events', events);
  app.post('/k/:key/v1/events', events);
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    try {
      if (!keys.healthy()) throw new Error('the keys are not followed');
      await options.ready();
      return { status: 'ready' };
    } catch (error) {
      return reply.code(503).send({ status: 'not ready', reason: error instanceof Error ? error.message : 'unknown' });
    }
  });
  return app;
}
