import { fastify, type FastifyInstance, type FastifyRequest } from 'fastify';
import { methods, type Dialect } from './dialects/dialect.ts';
import { dialects } from './dialects/list.ts';
import { createIntake, type IntakeOptions } from './intake.ts';
import { Problem, problemReply } from './problem.ts';
import { send, type Reply } from './reply.ts';

export interface AppOptions extends IntakeOptions {
  /** Throws when events could not be made durable now. */
  ready: () => Promise<void>;
}

/** A key of the configuration may have 200 characters, and Fastify's own limit for a part of a path is 100. */
const longestPathPart = 512;

/** The device API: what it logs is the route's pattern, never a path, because a path may hold a key. */
export function createApp(options: AppOptions): FastifyInstance {
  const { config, keys, logger, metrics } = options;
  const intake = createIntake(options);
  const app = fastify({
    logger: false,
    bodyLimit: config.maxBodyBytes,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: longestPathPart, ignoreTrailingSlash: true },
    frameworkErrors: (error, request, reply) => void send(reply, refusal(error, request)),
  });
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
    // A dialect may have an OPTIONS route of its own; every other one is a browser asking for leave.
    if (request.method !== 'OPTIONS' || !request.is404) return;
    await reply
      .header('access-control-allow-methods', 'POST, GET')
      .header('access-control-allow-headers', 'authorization, content-type, content-encoding, x-rollguard-key')
      .header('access-control-max-age', '86400')
      .code(204)
      .send();
  });

  function refusal(error: Error & { code?: string; statusCode?: number }, request: FastifyRequest): Reply {
    const { dialect } = request.routeOptions.config as { dialect?: Dialect };
    const refuse = dialect?.refuse ?? problemReply;
    if (error instanceof Problem) return refuse(error);
    if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return refuse(new Problem('body_too_large'));
    if (error.statusCode !== undefined && error.statusCode < 500) {
      return refuse(new Problem('unreadable_body', 'The request cannot be read.'));
    }
    logger.error({ route: request.routeOptions.url, err: error }, 'a request failed');
    return refuse(new Problem('internal'));
  }
  app.setErrorHandler((error: Error, request, reply) => send(reply, refusal(error, request)));
  app.setNotFoundHandler((_request, reply) => send(reply, problemReply(new Problem('not_found'))));

  for (const dialect of dialects) addRoutes(dialect);

  function addRoutes(dialect: Dialect): void {
    const shared = { config: { dialect } };
    for (const mount of dialect.mounts) {
      for (const route of dialect.routes) {
        const { method, path } = route;
        app.route({
          method,
          url: mount + path,
          ...shared,
          handler: async (request, reply) => send(reply, await intake(dialect, route, request)),
        });
      }
      for (const path of new Set(dialect.routes.map((route) => route.path))) {
        const taken = dialect.routes.filter((route) => route.path === path).map(({ method }) => method);
        const allow = taken.join(', ');
        app.route({
          method: methods.filter((method) => method !== 'OPTIONS' && !taken.includes(method)),
          url: mount + path,
          ...shared,
          handler: () => {
            throw new Problem('method_not_allowed', `Allowed: ${allow}.`, { allow });
          },
        });
      }
    }
  }

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
