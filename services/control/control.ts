import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { createApp } from './app.ts';
import type { ControlOptions } from './options.ts';

export type { ControlOptions } from './options.ts';

export interface Control {
  readonly app: FastifyInstance;
  /** Listens; resolves with the base URL of the operator API. */
  start(): Promise<string>;
  stop(): Promise<void>;
}

/** The operator API on its own port. */
export function createControl(options: ControlOptions): Control {
  const { host, port } = options.config;
  const app = createApp(options);
  return {
    app,
    async start() {
      await app.listen({ host, port });
      return `http://${host}:${(app.server.address() as AddressInfo).port}`;
    },
    stop: () => app.close(),
  };
}
