import type { FastifyReply } from 'fastify';

/** An answer, whole. `type` "" and `body` "" for one without a body. */
export interface Reply {
  status: number;
  type: string;
  body: string;
  headers?: Readonly<Record<string, string>>;
}

export function json(status: number, value: unknown, headers?: Reply['headers']): Reply {
  return { status, type: 'application/json; charset=utf-8', body: JSON.stringify(value), ...(headers && { headers }) };
}

export function plainText(status: number, body: string, headers?: Reply['headers']): Reply {
  return { status, type: 'text/plain; charset=utf-8', body, ...(headers && { headers }) };
}

export function send(to: FastifyReply, { status, type, body, headers }: Reply): FastifyReply {
  void to.code(status);
  if (headers) void to.headers(headers);
  if (type !== '') void to.type(type);
  return to.send(body);
}
