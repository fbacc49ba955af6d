import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Key, Scope } from '../../lib/keys/key.ts';
import { problems, problemSchema, type ProblemCode } from './problem.ts';
import { ref, type Schema } from './schema.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Scope that the operator's key must have; a route without one is open to everybody. */
    scope?: Scope;
  }
  interface FastifyRequest {
    /** Set on every route with a scope before its handler runs. */
    operator: Key | null;
  }
}

export const tags = {
  releases: 'What a release did to devices',
  devices: 'One device',
  pipeline: 'Where events are, and whether the numbers can be believed',
  keys: 'Who may write and who may ask',
} as const;

export interface Call<Params, Query, Body> {
  params: Params;
  query: Query;
  body: Body;
  operator: Key;
}

/** One documented route of the operator API. Types of the handler follow from the schemas. */
export interface Route<Params, Query, Body, Answer> {
  method: 'GET' | 'POST' | 'DELETE';
  /** Fastify's notation: `/v1/apps/:app`. */
  url: string;
  scope: Scope;
  tag: keyof typeof tags;
  /** The OpenAPI operationId. */
  name: string;
  summary: string;
  description?: string;
  params?: Schema<Params>;
  query?: Schema<Query>;
  body?: Schema<Body>;
  /** Problems besides those that every route has. */
  problems?: readonly ProblemCode[];
  status?: 200 | 201;
  answer: Schema<Answer>;
  handle: (call: Call<Params, Query, Body>) => Promise<NoInfer<Answer>>;
}

const always: readonly ProblemCode[] = [
  'bad_parameter',
  'key_in_query',
  'unknown_key',
  'missing_scope',
  'host_not_allowed',
  'internal',
  'warehouse_unavailable',
];

export function addRoute<Params, Query, Body, Answer>(
  app: FastifyInstance,
  route: Route<Params, Query, Body, Answer>,
): void {
  const { status = 200 } = route;
  app.route({
    method: route.method,
    url: route.url,
    config: { scope: route.scope },
    schema: {
      operationId: route.name,
      tags: [route.tag],
      summary: route.summary,
      description: `${route.description ?? ''}\n\nNeeds the scope \`${route.scope}\`.`.trim(),
      security: [{ operatorKey: [] }],
      ...(route.params === undefined ? {} : { params: route.params }),
      querystring: route.query ?? { type: 'object', properties: {}, additionalProperties: false },
      ...(route.body === undefined ? {} : { body: route.body }),
      response: {
        [status]: { description: 'The answer.', content: { 'application/json': { schema: route.answer } } },
        ...problemResponses([...always, ...(route.problems ?? [])]),
      },
    },
    handler: async (request, reply) => reply.code(status).send(await route.handle(callOf(request))),
  });
}

/** The validators have made the request what the schemas say; the compiler cannot know it. */
function callOf<Params, Query, Body>(request: FastifyRequest): Call<Params, Query, Body> {
  return {
    params: request.params as Params,
    query: request.query as Query,
    body: request.body as Body,
    operator: request.operator!,
  };
}

function problemResponses(codes: readonly ProblemCode[]): Record<number, unknown> {
  const byStatus = new Map<number, string[]>();
  for (const code of codes) {
    const { status, title } = problems[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), `\`${code}\`: ${title}`]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, lines]) => [
      status,
      {
        description: lines.join('\n\n'),
        content: { 'application/problem+json': { schema: ref(problemSchema) } },
      },
    ]),
  );
}
