import type { FastifyInstance } from 'fastify';
import { keyKinds, scopes, type Key, type Scope } from '../../../lib/keys/key.ts';
import { createKey, revokeKey, type NewKey } from '../../../lib/keys/keys.ts';
import { TOPICS } from '../../../lib/log/topics.ts';
import { iso } from '../iso.ts';
import type { ControlOptions } from '../options.ts';
import { Problem } from '../problem.ts';
import { addRoute } from '../route.ts';
import { given, list, named, nullable, object, ref, text, time, word, type Json } from '../schema.ts';

export const keySchema = named(
  'Key',
  object({
    id: text('Names the key; no secret.'),
    kind: word(keyKinds, '`ingest` keys write events and nothing else; `operator` keys use this API.'),
    app: text('The app that an ingest key is bound to; `*` for every app.'),
    name: text('Who or what uses it.'),
    scopes: list(word(scopes, 'A scope.'), 'What an operator key may do; none for an ingest key.'),
    created_at: nullable(time('When it was made; null for a key of the configuration.')),
    revoked_at: nullable(time('When it was revoked; null while it is valid.')),
  }),
);

const newKey = given(
  {
    kind: word(keyKinds, 'What it is for.'),
    app: text('The app of an ingest key, or `*` for every app. Not for an operator key.', {
      maxLength: 128,
      pattern: '^.+$',
    }),
    name: text('Who or what will use it: stands in the audit.', { maxLength: 128, pattern: '^.+$' }),
    scopes: list(word(scopes, 'A scope.'), 'Of an operator key; `read` alone when left out.', {
      maxItems: scopes.length,
    }),
  },
  ['kind', 'name'],
);

const madeKey = object({
  key: ref(keySchema),
  text: text('The key itself: shown this once and kept nowhere.'),
});

export function addKeys(app: FastifyInstance, { log, keys, clock, logger }: ControlOptions): void {
  const audit = (operator: Key, key: Key, act: string): void =>
    logger.info({ operator: operator.name, operator_id: operator.id, key_id: key.id, key_name: key.name }, act);

  addRoute(app, {
    method: 'GET',
    url: '/v1/keys',
    scope: 'admin',
    tag: 'keys',
    name: 'listKeys',
    summary: 'Every key, revoked ones too',
    answer: object({ keys: list(ref(keySchema), 'The oldest first.') }),
    handle: () =>
      Promise.resolve({
        keys: keys
          .list()
          .sort((left, right) => left.created_at - right.created_at)
          .map(keyJson),
      }),
  });
  addRoute(app, {
    method: 'POST',
    url: '/v1/keys',
    scope: 'admin',
    tag: 'keys',
    name: 'createKey',
    summary: 'Makes a key',
    description:
      'Durable when answered, and known to this process. Others know it as soon as they have read so far, a moment later.',
    body: newKey,
    problems: ['log_unavailable'],
    status: 201,
    answer: madeKey,
    async handle({ body, operator }) {
      const made = await createKey(log, wanted(body), clock());
      await keys.refresh();
      audit(operator, made.key, 'key created');
      return { key: keyJson(made.key), text: made.text };
    },
  });
  addRoute(app, {
    method: 'DELETE',
    url: '/v1/keys/:id',
    scope: 'admin',
    tag: 'keys',
    name: 'revokeKey',
    summary: 'Revokes a key',
    description:
      'It stays in the list. Doing it twice changes nothing. A key cannot revoke itself, so that one stays that can.',
    params: given({ id: text('Id of the key.', { maxLength: 64 }) }, ['id']),
    problems: ['not_found', 'preset_key', 'own_key', 'log_unavailable'],
    answer: ref(keySchema),
    async handle({ params, operator }) {
      if (params.id === operator.id) throw new Problem('own_key');
      if (params.id.startsWith('preset_')) throw new Problem('preset_key');
      // Read anew and not from memory: the key may have been made by another process a moment ago.
      const table = await log.table(TOPICS.keys);
      try {
        const revoked = await revokeKey(log, table, params.id, clock());
        if (revoked === undefined) throw new Problem('not_found', 'No key has this id.');
        await keys.refresh();
        audit(operator, revoked, 'key revoked');
        return keyJson(revoked);
      } finally {
        await table.close();
      }
    },
  });
}

function wanted({ kind, app, name, scopes: given }: Json<typeof newKey>): NewKey {
  if (kind === 'operator') {
    if (app !== undefined) throw new Problem('bad_parameter', 'An operator key is not bound to an app.');
    if (given?.length === 0) throw new Problem('bad_parameter', 'An operator key needs a scope.');
    return { kind, app: '*', name, scopes: [...new Set<Scope>(given ?? ['read'])] };
  }
  if (given !== undefined) throw new Problem('bad_parameter', 'An ingest key has no scopes: it may only write events.');
  if (app === undefined)
    throw new Problem('bad_parameter', 'An ingest key is bound to an `app`; `*` stands for every app.');
  return { kind, app, name };
}

/** The hash stays inside. */
function keyJson(key: Key): Json<typeof keySchema> {
  return {
    id: key.id,
    kind: key.kind,
    app: key.app,
    name: key.name,
    scopes: key.scopes,
    created_at: key.created_at === 0 ? null : iso(key.created_at),
    revoked_at: key.revoked_at === null ? null : iso(key.revoked_at),
  };
}
