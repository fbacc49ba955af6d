import type { FastifyInstance } from 'fastify';
import type { ControlOptions } from '../options.ts';

/** For probes and Prometheus: no key, and no part of the OpenAPI document but the address of the document itself. */
export function addHealth(app: FastifyInstance, { warehouse, registry }: ControlOptions): void {
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', async () => {
    await warehouse.ping();
    return { status: 'ready' };
  });
  app.get('/metrics', async (_request, reply) => {
    void reply.type(registry.contentType);
    return registry.metrics();
  });
  app.get('/openapi.json', () => app.swagger());
}
