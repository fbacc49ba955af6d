import { hash, randomBytes } from 'node:crypto';

export const keyKinds = ['ingest', 'operator'] as const;
export type KeyKind = (typeof keyKinds)[number];

export const scopes = ['read', 'operate', 'admin'] as const;
export type Scope = (typeof scopes)[number];

/** A key as the topic `rollguard.keys` holds it, under its id. The key itself is nowhere but with its user. */
export interface KeyRecord {
  /** SHA-256 of the key, hexadecimal. A key has 190 random bits, so that a plain hash keeps it safe. */
  hash: string;
  kind: KeyKind;
  /** The one app it is bound to, or `*` for every app. */
  app: string;
  name: string;
  /** Of an operator key; none for an ingest key, which may only write. */
  scopes: Scope[];
  /** Epoch ms. */
  created_at: number;
  revoked_at: number | null;
}

export interface Key extends KeyRecord {
  id: string;
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const prefixes: Record<KeyKind, string> = { ingest: 'rgi_', operator: 'rgo_' };

/** `rgi_` or `rgo_` and 32 random characters. */
export function newKeyText(kind: KeyKind): string {
  return prefixes[kind] + randomText(32);
}

export function newKeyId(): string {
  return `key_${randomText(12)}`;
}

export function hashKey(text: string): string {
  return hash('sha256', text);
}

/** Uniform: a byte of 248 or more would favour the first letters and is drawn again. */
function randomText(length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < 248 && text.length < length) text += alphabet[byte % 62]!;
    }
  }
  return text;
}

export function encodeKey(record: KeyRecord): Buffer {
  return Buffer.from(JSON.stringify(record));
}

/** Reads a record; `undefined` for one that is not a key, which a newer version may have written. */
export function decodeKey(id: string, value: Buffer): Key | undefined {
  let parsed: Partial<KeyRecord> | null;
  try {
    parsed = JSON.parse(value.toString()) as Partial<KeyRecord> | null;
  } catch {
    return undefined;
  }
  if (typeof parsed?.hash !== 'string' || parsed.kind === undefined || !keyKinds.includes(parsed.kind))
    return undefined;
  if (typeof parsed.app !== 'string') return undefined;
  return {
    id,
    hash: parsed.hash,
    kind: parsed.kind,
    app: parsed.app,
    name: parsed.name ?? '',
    scopes: parsed.scopes ?? [],
    created_at: parsed.created_at ?? 0,
    revoked_at: parsed.revoked_at ?? null,
  };
}
