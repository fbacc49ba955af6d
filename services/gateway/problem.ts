import type { FastifyReply } from 'fastify';

/** Why a whole request is refused. The codes are stable. */
export const problems = {
  unreadable_body: { status: 400, title: 'The body is not readable as JSON events.' },
  unknown_key: {
    status: 401,
    title:
      'The ingest key is missing, unknown or revoked. Send it as "Authorization: Bearer <key>" or in the path /k/<key>/.',
  },
  app_not_allowed: { status: 403, title: 'The ingest key belongs to another app.' },
  not_found: { status: 404, title: 'There is nothing at this path.' },
  body_too_large: { status: 413, title: 'The body is too large, as sent or after decompression.' },
  batch_too_large: { status: 413, title: 'The request has too many events.' },
  unsupported_encoding: { status: 415, title: 'The content encoding is none of gzip, deflate and identity.' },
  rate_limited: { status: 429, title: 'Too many events from this key or network.' },
  overloaded: { status: 503, title: 'The events could not be made durable now. Send them again later.' },
  internal: { status: 500, title: 'Something unexpected failed.' },
} as const;

export type ProblemCode = keyof typeof problems;

/** Thrown by a route; answered as `application/problem+json` (RFC 9457). */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ProblemCode, detail?: string, retryAfterSeconds?: number) {
    super(detail ?? problems[code].title);
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const { status, title } = problems[problem.code];
  if (problem.retryAfterSeconds !== undefined) void reply.header('retry-after', String(problem.retryAfterSeconds));
  return reply
    .code(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title, status, code: problem.code, detail: problem.message }));
}
