import { randomBytes } from 'node:crypto';
import { hashKey, type Key } from '../../lib/keys/key.ts';
import type { KeyRing } from '../../lib/keys/keyRing.ts';
import { FailedSignIns } from './failedSignIns.ts';
import { Problem } from './problem.ts';

/** How somebody signs in: with an operator key, or with a code that was made for them and works once. */
export type Credential = { key: string } | { code: string };

export interface Session {
  /** What the cookie holds: 256 random bits, nothing of the key. */
  id: string;
  key: Key;
  /** Epoch ms. */
  expiresAt: number;
}

export interface Sessions {
  /** Throws `sign_in_refused`, or `too_many_sign_ins`. */
  signIn(credential: Credential, address: string): Session;
  /** The session behind a cookie while it lasts and its key is valid. */
  find(id: string): Session | undefined;
  signOut(id: string): void;
  /** A code that signs in once with this operator key, within the hour. */
  newCode(keyId: string): string;
}

export interface SessionOptions {
  keys: Pick<KeyRing, 'find' | 'list'>;
  clock: () => number;
  /** Most sessions at once; the oldest goes first. */
  most?: number;
}

export const sessionMs = 12 * 60 * 60 * 1000;
export const codeMs = 60 * 60 * 1000;
const mostCodes = 100;

interface Grant {
  keyId: string;
  expiresAt: number;
}

/**
 * The sessions of the console, in this process's memory: a restart signs everybody out. A session holds the id of its key
 * and looks the key up each time, so that revoking a key ends its sessions at once. Ids and codes are kept as hashes, like
 * keys: what is compared is nothing a caller can choose the beginning of.
 */
export function createSessions({ keys, clock, most = 1000 }: SessionOptions): Sessions {
  const sessions = new Map<string, Grant>();
  const codes = new Map<string, Grant>();
  const failures = new FailedSignIns();

  function keyOf({ keyId, expiresAt }: Grant): Key | undefined {
    if (expiresAt <= clock()) return undefined;
    return keys.list().find((key) => key.id === keyId && key.kind === 'operator' && key.revoked_at === null);
  }

  function redeem(credential: Credential): Key {
    if ('code' in credential) {
      const hash = hashKey(credential.code);
      const grant = codes.get(hash);
      codes.delete(hash);
      const key = grant && keyOf(grant);
      if (!key)
        throw new Problem('sign_in_refused', 'This link has been used or is too old. Sign in with an operator key.');
      return key;
    }
    const key = keys.find(credential.key);
    if (key?.kind === 'ingest') {
      throw new Problem('sign_in_refused', 'This is an ingest key, which only writes. Sign in with an operator key.');
    }
    if (!key) throw new Problem('sign_in_refused');
    return key;
  }

  return {
    signIn(credential, address) {
      failures.check(address, clock());
      let key: Key;
      try {
        key = redeem(credential);
      } catch (error) {
        failures.add(address, clock());
        throw error;
      }
      const id = randomBytes(32).toString('base64url');
      const expiresAt = clock() + sessionMs;
      keep(sessions, most, id, { keyId: key.id, expiresAt });
      return { id, key, expiresAt };
    },
    find(id) {
      const hash = hashKey(id);
      const grant = sessions.get(hash);
      if (!grant) return undefined;
      const key = keyOf(grant);
      if (key) return { id, key, expiresAt: grant.expiresAt };
      sessions.delete(hash);
      return undefined;
    },
    signOut: (id) => void sessions.delete(hashKey(id)),
    newCode(keyId) {
      const code = randomBytes(24).toString('base64url');
      keep(codes, mostCodes, code, { keyId, expiresAt: clock() + codeMs });
      return code;
    },
  };
}

/** Adds a grant under the hash of its text; above `most` the oldest one goes. */
function keep(grants: Map<string, Grant>, most: number, text: string, grant: Grant): void {
  grants.set(hashKey(text), grant);
  if (grants.size > most) grants.delete(grants.keys().next().value!);
}
