import type { Log, LogTable } from '../log/log.ts';
import { TOPICS } from '../log/topics.ts';
import { decodeKey, encodeKey, hashKey, newKeyId, newKeyText } from './key.ts';
import type { Key, KeyKind, Scope } from './key.ts';

type Appender = Pick<Log, 'append'>;

export interface NewKey {
  kind: KeyKind;
  /** One app, or `*`. */
  app: string;
  name: string;
  /** Of an operator key; `read` alone when left out. */
  scopes?: Scope[];
}

/** A key with its text, which is known only now. */
export interface MadeKey {
  key: Key;
  text: string;
}

/** Makes a key; durable when it resolves, known to every gateway as soon as it has read so far. */
export async function createKey(log: Appender, wanted: NewKey, now: number): Promise<MadeKey> {
  const text = newKeyText(wanted.kind);
  const key: Key = {
    id: newKeyId(),
    hash: hashKey(text),
    kind: wanted.kind,
    app: wanted.app,
    name: wanted.name,
    scopes: wanted.kind === 'operator' ? (wanted.scopes ?? ['read']) : [],
    created_at: now,
    revoked_at: null,
  };
  await write(log, key);
  return { key, text };
}

/** Revokes a key; it stays in the list with the time. `undefined` when no key has the id. */
export async function revokeKey(log: Appender, table: LogTable, id: string, now: number): Promise<Key | undefined> {
  const value = table.get(id);
  const key = value && decodeKey(id, value);
  if (!key) return undefined;
  if (key.revoked_at !== null) return key;
  const revoked = { ...key, revoked_at: now };
  await write(log, revoked);
  return revoked;
}

/**
 * One key of each kind for every app when there is none at all (a first start); else nothing, for their texts cannot be
 * shown again. Two processes that start at once may both make keys: all of them are good.
 */
export async function ensureFirstKeys(log: Pick<Log, 'append' | 'table'>, now: number): Promise<MadeKey[]> {
  const table = await log.table(TOPICS.keys);
  try {
    for (const [id, value] of table.entries()) if (decodeKey(id, value)) return [];
    return [
      await createKey(log, { kind: 'ingest', app: '*', name: 'first ingest key' }, now),
      await createKey(
        log,
        { kind: 'operator', app: '*', name: 'first operator key', scopes: ['read', 'operate', 'admin'] },
        now,
      ),
    ];
  } finally {
    await table.close();
  }
}

async function write(log: Appender, key: Key): Promise<void> {
  const { id, ...record } = key;
  await log.append(TOPICS.keys, [{ key: Buffer.from(id), value: encodeKey(record) }]);
}
