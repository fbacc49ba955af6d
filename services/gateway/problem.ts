import type { Reply } from './reply.ts';

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
  method_not_allowed: { status: 405, title: 'This path does not take this method.' },
  body_too_large: { status: 413, title: 'The body is too large, as sent or after decompression.' },
  batch_too_large: { status: 413, title: 'The request has too many events.' },
  unsupported_encoding: { status: 415, title: 'The content encoding is none of gzip, deflate and identity.' },
  rate_limited: { status: 429, title: 'Too many events from this key or network.' },
  overloaded: { status: 503, title: 'The events could not be made durable now. Send them again later.' },
  internal: { status: 500, title: 'Something unexpected failed.' },
} as const;

export type ProblemCode = keyof typeof problems;

/** Thrown where a request is refused; each dialect has its own words for the answer. */
export class Problem extends Error {
  readonly code: ProblemCode;
  /** Of an answer that says when to come back, or which methods a path takes. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, detail?: string, headers: Record<string, string> = {}) {
    super(detail ?? problems[code].title);
    this.code = code;
    this.headers = headers;
  }

  get status(): number {
    return problems[this.code].status;
  }
}

/** `application/problem+json` (RFC 9457) with our stable code. */
export function problemReply(problem: Problem): Reply {
  const { status, title } = problems[problem.code];
  return {
    status,
    type: 'application/problem+json',
    body: JSON.stringify({ type: 'about:blank', title, status, code: problem.code, detail: problem.message }),
    headers: problem.headers,
  };
}
