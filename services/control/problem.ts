import type { FastifyReply } from 'fastify';
import { count, named, object, text, word } from './schema.ts';

export const problems = {
  bad_parameter: { status: 400, title: 'A parameter has a value that it cannot have.' },
  key_in_query: { status: 400, title: 'A key never stands in an address: send it as "Authorization: Bearer <key>".' },
  unknown_key: { status: 401, title: 'The operator key is missing, unknown or revoked.' },
  sign_in_refused: { status: 401, title: 'The operator key is unknown or revoked.' },
  missing_scope: { status: 403, title: 'The operator key lacks the scope for this.' },
  host_not_allowed: { status: 403, title: 'The Host header names no allowed host.' },
  wrong_origin: { status: 403, title: "A session vouches only for requests of the console's own page." },
  console_header_missing: { status: 403, title: 'A write by a session needs the header x-rollguard-console.' },
  not_found: { status: 404, title: 'There is nothing at this path.' },
  preset_key: { status: 409, title: 'The key comes from the configuration: take it out there.' },
  own_key: { status: 409, title: 'A key cannot revoke itself: use another one.' },
  too_many_sign_ins: { status: 429, title: 'Too many sign-ins have failed.' },
  log_unavailable: { status: 503, title: 'The log cannot be reached.' },
  warehouse_unavailable: { status: 503, title: 'The warehouse cannot be reached.' },
  internal: { status: 500, title: 'Something unexpected failed.' },
} as const;

export type ProblemCode = keyof typeof problems;

export const problemSchema = named(
  'Problem',
  object(
    {
      type: text('Always `about:blank`: the code tells what the problem is.'),
      title: text('The problem in one sentence, always the same for a code.'),
      status: count('The HTTP status.'),
      code: word(Object.keys(problems) as ProblemCode[], 'Stable; programs go by it and never by the text.'),
      detail: text('What is wrong with this request, and what to do.'),
    },
    'RFC 9457.',
  ),
);

export class Problem extends Error {
  readonly code: ProblemCode;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ProblemCode, detail?: string, retryAfterSeconds?: number) {
    super(detail ?? problems[code].title);
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** `application/problem+json` (RFC 9457) with our stable code. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const { status, title } = problems[problem.code];
  if (problem.retryAfterSeconds !== undefined) void reply.header('retry-after', String(problem.retryAfterSeconds));
  return reply
    .code(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title, status, code: problem.code, detail: problem.message }));
}
