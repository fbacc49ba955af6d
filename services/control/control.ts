import type { AddressInfo } from 'node:net';
import { fastify, type FastifyInstance, type FastifyRequest } from 'fastify';
import type { Registry } from 'prom-client';
import type { Scope } from '../../lib/keys/key.ts';
import type { KeyRing } from '../../lib/keys/keyRing.ts';
import type { EventCodec } from '../../lib/events/codec.ts';
import type { Log } from '../../lib/log/log.ts';
import type { Metrics } from '../../lib/runtime/metrics.ts';
import { hasCode } from '../../lib/runtime/errors.ts';
import type { Logger } from '../../lib/runtime/logger.ts';
import { failureReasons, unattributedDevices } from '../../lib/warehouse/queries/failureReasons.ts';
import { knownApps, releaseOutcomes, type OutcomeQuestion } from '../../lib/warehouse/queries/releaseOutcomes.ts';
import { rawIntegrity } from '../../lib/warehouse/stored.ts';
import { updateEvents } from '../../lib/warehouse/tables.ts';
import type { Warehouse } from '../../lib/warehouse/warehouse.ts';
import type { ControlConfig } from './controlConfig.ts';
import { servePage, sessionKey } from './pageRoutes.ts';
import { Problem, sendProblem } from './problem.ts';
import { releaseJson } from './releaseJson.ts';
import { createSessions } from './session.ts';

export interface ControlOptions {
  log: Log;
  warehouse: Warehouse;
  keys: KeyRing;
  registry: Registry;
  codec: EventCodec;
  config: ControlConfig;
  logger: Logger;
  metrics: Metrics;
  clock: () => number;
}

export interface Control {
  readonly app: FastifyInstance;
  /** Listens; resolves with the base URL of the operator API. */
  start(): Promise<string>;
  /** A code that signs in to the console once, with the operator key of this id. */
  newSignInCode(keyId: string): string;
  stop(): Promise<void>;
}

const loopback = ['localhost', '127.0.0.1', '[::1]'];
const longestSeconds = 30 * 24 * 60 * 60;

/** The operator API. */
export function createControl(options: ControlOptions): Control {
  const { config, warehouse, keys, logger, clock } = options;
  const app = fastify({ logger: false, forceCloseConnections: 'idle' });
  const sessions = createSessions({ keys, clock });
  const hosts = new Set([...loopback, ...config.allowedHosts]);

  app.addHook('onRequest', async (request) => {
    const host = request.headers.host?.replace(/:\d+$/, '') ?? '';
    if (!hosts.has(host)) throw new Problem('host_not_allowed');
    const query = request.query as Record<string, unknown>;
    if ('key' in query || 'token' in query) throw new Problem('key_in_query');
    const scope = (request.routeOptions.config as { scope?: Scope }).scope;
    if (scope !== undefined) requireScope(request, scope);
    await Promise.resolve();
  });
  app.setErrorHandler((error: Error, request, reply) => {
    if (error instanceof Problem) return sendProblem(reply, error);
    if (hasCode(error, 'warehouse_unavailable')) return sendProblem(reply, new Problem('warehouse_unavailable'));
    logger.error({ route: request.routeOptions.url, err: error }, 'a request failed');
    return sendProblem(reply, new Problem('internal'));
  });
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, new Problem('not_found')));

  function requireScope(request: FastifyRequest, scope: Scope): void {
    const text = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const key = text === undefined ? sessionKey(sessions, request) : keys.find(text);
    if (key?.kind !== 'operator') throw new Problem('unknown_key');
    if (!key.scopes.includes(scope)) throw new Problem('missing_scope');
  }

  function questionOf(request: FastifyRequest): OutcomeQuestion {
    const { app: name, release = '' } = request.params as { app: string; release?: string };
    const query = request.query as Record<string, string | undefined>;
    return {
      app: name,
      release,
      channel: query.channel ?? '',
      includeExcluded: query.include_excluded === 'true',
      asOf: new Date(clock()),
      confirmSeconds: seconds(query.confirm_seconds, 'confirm_seconds', config.confirmSeconds),
      silenceSeconds: seconds(query.silence_seconds, 'silence_seconds', config.silenceSeconds),
    };
  }

  servePage(app, { ...config, sessions });
  const read = { config: { scope: 'read' } } as const;
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', async () => {
    await warehouse.ping();
    return { status: 'ready' };
  });
  app.get('/metrics', async (_request, reply) => {
    void reply.type(options.registry.contentType);
    return options.registry.metrics();
  });
  app.get('/v1/apps', read, async () => ({
    apps: (await knownApps(warehouse)).map((each) => ({ ...each, last_seen: new Date(each.last_seen).toISOString() })),
  }));
  app.get('/v1/apps/:app/releases', read, async (request) => {
    const question = questionOf(request);
    const releases = await releaseOutcomes(warehouse, question);
    return {
      app: question.app,
      as_of: question.asOf.toISOString(),
      unattributed: await unattributedDevices(warehouse, question.app),
      releases: releases.map((each) => releaseJson(each, question.asOf)),
    };
  });
  app.get('/v1/apps/:app/releases/:release', read, async (request) => {
    const question = questionOf(request);
    const [release] = await releaseOutcomes(warehouse, question);
    if (release === undefined) throw new Problem('not_found', 'No device has taken part in this release.');
    return releaseJson(release, question.asOf);
  });
  app.get('/v1/apps/:app/releases/:release/errors', read, async (request) => {
    const question = questionOf(request);
    return { as_of: question.asOf.toISOString(), errors: await failureReasons(warehouse, question) };
  });
  app.get('/v1/doctor', read, async () => {
    const partitions = await rawIntegrity(warehouse, updateEvents);
    return { healthy: partitions.every(({ rows, distinct }) => rows === distinct), partitions };
  });

  return {
    app,
    async start() {
      await app.listen({ host: config.host, port: config.port });
      const { port } = app.server.address() as AddressInfo;
      return `http://${config.host === '0.0.0.0' ? '127.0.0.1' : config.host}:${port}`;
    },
    newSignInCode: (keyId) => sessions.newCode(keyId),
    stop: () => app.close(),
  };
}

function seconds(given: string | undefined, name: string, fallback: number): number {
  if (given === undefined) return fallback;
  const value = Number(given);
  if (!Number.isInteger(value) || value < 0 || value > longestSeconds) {
    throw new Problem('bad_parameter', `${name} is a whole number of seconds from 0 to ${longestSeconds}.`);
  }
  return value;
}
