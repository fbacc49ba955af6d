import type { Database } from 'lmdb';

export type FactKey = (string | number)[];

/**
 * Small facts as JSON: the log's id, its topics, the positions of groups, the epochs of writers. A transaction sees what
 * it has itself put, which LMDB's asynchronous writes alone would not show.
 */
export class Facts {
  private readonly db: Database<unknown, FactKey>;
  private readonly staged = new Map<string, unknown>();

  constructor(db: Database<unknown, FactKey>) {
    this.db = db;
  }

  get(key: FactKey): unknown {
    const name = JSON.stringify(key);
    return this.staged.has(name) ? this.staged.get(name) : this.db.get(key);
  }

  /** Only inside a transaction of the write lane. */
  put(key: FactKey, value: unknown): void {
    this.staged.set(JSON.stringify(key), value);
    void this.db.put(key, value);
  }

  /** The facts whose key begins so, in key order; those of a transaction in flight are not among them. */
  *below(prefix: FactKey): Generator<{ key: FactKey; value: unknown }> {
    for (const { key, value } of this.db.getRange({ start: prefix })) {
      if (prefix.some((part, i) => key[i] !== part)) return;
      yield { key, value };
    }
  }

  /** The transaction is over, one way or the other: LMDB itself tells what is true. */
  settle(): void {
    this.staged.clear();
  }
}
