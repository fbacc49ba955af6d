import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fastifyCookie } from '@fastify/cookie';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Key } from '../../lib/keys/key.ts';
import { requireOwnPage } from './ownPage.ts';
import { Problem } from './problem.ts';
import { sessionMs, type Credential, type Session, type Sessions } from './session.ts';

/** What the page may load: its own files and nothing else, from nowhere else, in nobody else's frame. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export interface PageOptions {
  sessions: Sessions;
  /** The waiting times of the outcomes, which the page names where it explains them. */
  confirmSeconds: number;
  silenceSeconds: number;
}

/** The page at `/` and the sign-in it needs. Adds headers to every answer of this server. */
export function servePage(app: FastifyInstance, options: PageOptions): void {
  // At the end of a request, so that refusals have them too.
  app.addHook('onSend', (_request, reply, _payload, done) => {
    void reply.header('x-content-type-options', 'nosniff').header('cross-origin-resource-policy', 'same-origin');
    done();
  });
  app.register(fastifyStatic, {
    root: folder(),
    // A route a file: what is not one of them is answered like any unknown path.
    wildcard: false,
    cacheControl: false,
    setHeaders(response) {
      response.setHeader('cache-control', 'no-cache');
      response.setHeader('content-security-policy', pagePolicy);
      response.setHeader('referrer-policy', 'no-referrer');
    },
  });
  app.register(async (scope) => {
    await scope.register(fastifyCookie);
    sessionRoutes(scope, options);
  });
}

/** The key of the session that a request's cookie names; `undefined` without one. Throws when another page sent it. */
export function sessionKey(sessions: Sessions, request: FastifyRequest): Key | undefined {
  const session = sessionOf(sessions, request);
  if (session) requireOwnPage(request.method, request.headers);
  return session?.key;
}

function sessionOf(sessions: Sessions, request: FastifyRequest): Session | undefined {
  const id = fastifyCookie.parse(request.headers.cookie ?? '')[cookieName(request)];
  return id === undefined ? undefined : sessions.find(id);
}

/** With the port, because a browser would otherwise keep one cookie for all the consoles of a host. */
function cookieName(request: FastifyRequest): string {
  return `rollguard_${request.socket.localPort ?? 0}`;
}

function sessionRoutes(app: FastifyInstance, { sessions, confirmSeconds, silenceSeconds }: PageOptions): void {
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.header('cache-control', 'no-store');
    done();
  });
  app.setErrorHandler((error: Error & { statusCode?: number }) => {
    if (error instanceof Problem || (error.statusCode ?? 500) >= 500) throw error;
    throw new Problem('bad_parameter', 'Sign in with a JSON body such as {"key": "rgo_…"}.');
  });

  const about = ({ key, expiresAt }: Session): object => ({
    operator: key.name,
    scopes: key.scopes,
    expires_at: new Date(expiresAt).toISOString(),
    counting: { confirm_seconds: confirmSeconds, silence_seconds: silenceSeconds },
  });

  app.get('/session', (request, reply) => {
    requireOwnPage(request.method, request.headers);
    const session = sessionOf(sessions, request);
    return session ? about(session) : reply.code(204).send();
  });

  app.post('/session', { bodyLimit: 4096 }, (request, reply) => {
    requireOwnPage(request.method, request.headers);
    const session = sessions.signIn(credentialOf(request.body), request.ip);
    setCookie(request, reply, session.id, sessionMs / 1000);
    return about(session);
  });

  app.delete('/session', (request, reply) => {
    requireOwnPage(request.method, request.headers);
    const session = sessionOf(sessions, request);
    if (session) sessions.signOut(session.id);
    setCookie(request, reply, '', 0);
    return reply.code(204).send();
  });
}

function setCookie(request: FastifyRequest, reply: FastifyReply, value: string, maxAge: number): void {
  void reply.setCookie(cookieName(request), value, {
    httpOnly: true,
    sameSite: 'strict',
    path: '/',
    maxAge,
    // Behind a proxy that speaks TLS the browser says so.
    secure: request.headers.origin?.startsWith('https:') ?? false,
  });
}

function credentialOf(body: unknown): Credential {
  const { key, code } = (typeof body === 'object' && body !== null ? body : {}) as { key?: unknown; code?: unknown };
  if (typeof key === 'string' && code === undefined) return { key };
  if (typeof code === 'string' && key === undefined) return { code };
  throw new Problem('bad_parameter', 'Sign in with a JSON body such as {"key": "rgo_…"}.');
}

/** The page's files beside this one; from the built tree, those of the package. */
function folder(): string {
  const beside = fileURLToPath(new URL('./page/', import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL('../../../services/control/page/', import.meta.url));
}
