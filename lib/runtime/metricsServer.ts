import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

export interface MetricsServerOptions {
  host: string;
  port: number;
  registry: Registry;
  /** Why the service is not alive or not ready; `undefined` when it is. */
  alive: () => string | undefined;
  ready: () => Promise<string | undefined>;
}

export interface MetricsServer {
  url: string;
  stop(): Promise<void>;
}

/** `/metrics`, `/healthz` and `/readyz` of a service that has no operator API of its own. */
export async function startMetricsServer(options: MetricsServerOptions): Promise<MetricsServer> {
  const { registry, alive, ready } = options;

  async function answer(path: string): Promise<{ status: number; type: string; body: string }> {
    if (path === '/metrics') return { status: 200, type: registry.contentType, body: await registry.metrics() };
    if (path !== '/healthz' && path !== '/readyz') return { status: 404, type: 'text/plain', body: 'not found\n' };
    const fault = path === '/healthz' ? alive() : (alive() ?? (await ready()));
    return { status: fault === undefined ? 200 : 503, type: 'text/plain', body: `${fault ?? 'ok'}\n` };
  }

  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    answer(path)
      .catch((error: unknown) => ({ status: 503, type: 'text/plain', body: `${messageOf(error)}\n` }))
      .then(({ status, type, body }) => response.writeHead(status, { 'content-type': type }).end(body))
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `http://${host}:${port}`,
    stop() {
      server.closeAllConnections();
      return new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
      });
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'failed';
}
