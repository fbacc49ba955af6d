/**
 * The least that a Fastify server can do with these requests: its own JSON parser, a JSON schema that asks of an event
 * what ours does, and 202. No keys, no limits, no log: what it has answered is gone.
 */
import type { AddressInfo } from 'node:net';
import { fastify } from 'fastify';
import { closedSegments, openSegments } from '../../../lib/events/draft.ts';
import { gatewayDefaults } from '../../../services/gateway/gatewayConfig.ts';
import { cpuSeconds, type Served, type Serving } from '../gateway/serve.ts';
import { leave, onMessage, tell } from '../talk.ts';

const text = (maxLength: number): object => ({ type: 'string', maxLength });
const id = { ...text(128), pattern: '^[^\\u0000-\\u001f\\u007f]*$' };
const count = { type: 'number', minimum: 0, maximum: 2 ** 53 - 2 };
const time = { anyOf: [{ type: 'number' }, { type: 'string', format: 'date-time' }] };
const segments = [...closedSegments, ...openSegments].map((name) => [name, text(256)] as const);

const event = {
  type: 'object',
  required: ['app_id', 'device_id', 'kind', 'release'],
  properties: {
    app_id: { ...id, minLength: 1 },
    device_id: { ...id, minLength: 1 },
    kind: { ...text(64), minLength: 1 },
    release: id,
    previous_release: id,
    event_id: id,
    occurred_at: time,
    sent_at: time,
    ...Object.fromEntries(segments),
    duration_ms: count,
    bytes: count,
    progress: { ...count, maximum: 100 },
    attempt: count,
    error_code: text(128),
    error_message: { type: 'string' },
    is_production: { type: 'boolean' },
    is_emulator: { type: 'boolean' },
    attributes: { type: 'object', maxProperties: 20, additionalProperties: text(1024) },
  },
};
const body = {
  if: { type: 'array' },
  then: { type: 'array', maxItems: gatewayDefaults.maxBatchEvents, items: event },
  else: event,
};

const app = fastify({
  logger: false,
  bodyLimit: gatewayDefaults.maxBodyBytes,
  ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
});
app.post('/v1/events', { schema: { body } }, (request, reply) => {
  const accepted = Array.isArray(request.body) ? request.body.length : 1;
  void reply.code(202).send({ accepted, rejected: [] });
});
await app.listen({ host: '127.0.0.1', port: 0 });
onMessage(
  () => tell({ cpuSeconds: cpuSeconds() } satisfies Served),
  async () => {
    await app.close();
    leave();
  },
);
tell({ url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}` } satisfies Serving);
