import swagger from '@fastify/swagger';
import { fastify, type FastifyInstance } from 'fastify';
import { hasCode } from '../../lib/runtime/errors.ts';
import { bearerKey, createAccess } from './access.ts';
import { openapi } from './openapi.ts';
import type { ControlOptions } from './options.ts';
import { servePage, sessionKey } from './pageRoutes.ts';
import { Problem, sendProblem } from './problem.ts';
import { addRoutes, namedSchemas } from './routes/routes.ts';
import type { Sessions } from './session.ts';
import { requestProblem, validatorCompiler } from './validation.ts';

const loopback = ['localhost', '127.0.0.1', '[::1]'];

/** An id has at most 128 characters, and each takes up to nine in an address. */
const maxParamLength = 128 * 9;

/** The operator API without its port. */
export function createApp(options: ControlOptions, sessions: Sessions): FastifyInstance {
  const { config, logger } = options;
  const access = createAccess([bearerKey(options.keys), (request) => sessionKey(sessions, request)]);
  const hosts = new Set([...loopback, ...config.allowedHosts]);
  const app = fastify({ logger: false, forceCloseConnections: 'idle', routerOptions: { maxParamLength } });
  app.decorateRequest('operator', null);

  app.addHook('onRequest', async (request) => {
    const host = request.headers.host?.replace(/:\d+$/, '') ?? '';
    if (!hosts.has(host)) throw new Problem('host_not_allowed');
    const query = request.query as Record<string, unknown>;
    if ('key' in query || 'token' in query) throw new Problem('key_in_query');
    const { scope } = request.routeOptions.config;
    if (scope !== undefined) request.operator = access.requireScope(request, scope);
    await Promise.resolve();
  });
  app.setErrorHandler((error: Error, request, reply) => {
    if (error instanceof Problem) return sendProblem(reply, error);
    const asked = requestProblem(error);
    if (asked !== undefined) return sendProblem(reply, asked);
    if (hasCode(error, 'warehouse_unavailable')) return sendProblem(reply, new Problem('warehouse_unavailable'));
    if (hasCode(error, 'log_unavailable')) return sendProblem(reply, new Problem('log_unavailable'));
    logger.error({ route: request.routeOptions.url, err: error }, 'a request failed');
    return sendProblem(reply, new Problem('internal'));
  });
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, new Problem('not_found')));

  servePage(app, { ...config, sessions });
  for (const schema of namedSchemas) app.addSchema(schema);
  // Plugins load in this order, so the document sees every route. The compilers are set in the scope of the routes,
  // because a scope to which schemas are added gets Fastify's own again.
  void app.register(swagger, openapi);
  void app.register((scope, _, done) => {
    scope.setValidatorCompiler(validatorCompiler());
    // What a handler gives is what is sent: a field that its schema lacks is to be seen, not dropped.
    scope.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
    addRoutes(scope, options);
    done();
  });
  return app;
}
