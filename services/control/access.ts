import type { FastifyRequest } from 'fastify';
import type { Key, Scope } from '../../lib/keys/key.ts';
import type { KeyRing } from '../../lib/keys/keyRing.ts';
import { Problem } from './problem.ts';

/** One way in which a request can name its operator; `undefined` when the request does not use it. */
export type Credential = (request: FastifyRequest) => Key | undefined;

/** Who may do what. */
export interface Access {
  /** The operator behind the request. Throws `unknown_key` without one, `missing_scope` when the key may not do this. */
  requireScope(request: FastifyRequest, scope: Scope): Key;
}

/** The first credential that names somebody decides. An ingest key is nobody here: it may only write events. */
export function createAccess(credentials: readonly Credential[]): Access {
  return {
    requireScope(request, scope) {
      for (const credential of credentials) {
        const key = credential(request);
        if (key === undefined) continue;
        if (key.kind !== 'operator') break;
        if (!key.scopes.includes(scope)) throw new Problem('missing_scope');
        return key;
      }
      throw new Problem('unknown_key');
    },
  };
}

/** `Authorization: Bearer <operator key>`. */
export function bearerKey(keys: Pick<KeyRing, 'find'>): Credential {
  return (request) => {
    const text = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    return text === undefined ? undefined : keys.find(text);
  };
}
