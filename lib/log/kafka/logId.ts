import { randomBytes } from 'node:crypto';

/** What the log knows about itself: its id, and the topics that were made under it. */
export interface LogIdentity {
  id: string;
  topics: string[];
}

/**
 * A record of the meta topic: from the identity `previous` on (`null`: from nothing), this one holds.
 *
 * Records are folded in their order, and one counts only if it builds on the identity in force. Of two migrators that
 * begin at the same time the first to append wins, and everybody reads the same id.
 */
export interface IdentityRecord extends LogIdentity {
  previous: string | null;
}

export function foldIdentity(records: IdentityRecord[]): LogIdentity | undefined {
  let identity: LogIdentity | undefined;
  for (const { previous, id, topics } of records) {
    if (previous === (identity?.id ?? null)) identity = { id, topics };
  }
  return identity;
}

/**
 * The record to append before the missing topics are made, if any. A topic that once was there and is missing now will
 * begin again at offset 0, so the log gets a new id: under the old one, equal offsets would mean other records.
 */
export function nextIdentity(
  identity: LogIdentity | undefined,
  wanted: string[],
  existing: ReadonlySet<string>,
): IdentityRecord | undefined {
  const topics = [...new Set([...(identity?.topics ?? []), ...wanted])].sort();
  if (!identity) return { previous: null, id: newId(), topics };
  if (wanted.some((topic) => !existing.has(topic) && identity.topics.includes(topic))) {
    return renewed({ ...identity, topics });
  }
  if (topics.length === identity.topics.length) return undefined;
  return { previous: identity.id, id: identity.id, topics };
}

/** The record that gives the log a new id under the same topics. */
export function renewed(identity: LogIdentity): IdentityRecord {
  return { previous: identity.id, id: newId(), topics: identity.topics };
}

function newId(): string {
  return randomBytes(8).toString('hex');
}
