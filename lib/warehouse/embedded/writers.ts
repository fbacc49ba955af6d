import { availableParallelism } from 'node:os';
import type { ClickHouseClient } from '@clickhouse/client';

/** Each holds one of Node's four worker threads while it inserts; queries take one more, and files need one. */
const mostWriters = 2;

/**
 * Sessions of the engine that only insert. An insert runs on one thread of the engine, so two of them side by side use
 * two cores, and no question waits for either. Whoever finds no session free waits in line.
 */
export class Writers {
  readonly #sessions: ClickHouseClient[];
  readonly #free: ClickHouseClient[];
  readonly #waiting: ((session: ClickHouseClient) => void)[] = [];

  constructor(open: () => ClickHouseClient) {
    this.#sessions = Array.from({ length: Math.min(mostWriters, availableParallelism()) }, open);
    this.#free = [...this.#sessions];
  }

  async run(statement: string): Promise<void> {
    const session = this.#free.pop() ?? (await new Promise<ClickHouseClient>((take) => this.#waiting.push(take)));
    try {
      await session.command({ query: statement });
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(session);
      else next(session);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#sessions.map((session) => session.close()));
  }
}
