import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { createApp } from './app.ts';
import type { ControlOptions } from './options.ts';
import { createSessions } from './session.ts';

export type { ControlOptions } from './options.ts';

export interface Control {
  readonly app: FastifyInstance;
  /** Listens; resolves with the base URL of the operator API. */
  start(): Promise<string>;
  /** A code that signs in to the console once, with the operator key of this id. */
  newSignInCode(keyId: string): string;
  stop(): Promise<void>;
}

/** The operator API on its own port. */
export function createControl(options: ControlOptions): Control {
  const { host, port } = options.config;
  const sessions = createSessions(options);
  const app = createApp(options, sessions);
  return {
    app,
    async start() {
      await app.listen({ host, port });
      const address = host === '0.0.0.0' ? '127.0.0.1' : host;
      return `http://${address}:${(app.server.address() as AddressInfo).port}`;
    },
    newSignInCode: (keyId) => sessions.newCode(keyId),
    stop: () => app.close(),
  };
}
