/** What every side of the worker's comparison is given. */
export interface DrainArgument {
  brokers: string;
  topic: string;
  logId: string;
  /** Records in the topic: the side ends when it has stored so many. */
  events: number;
  /** Rows of a block at most. */
  blockRows: number;
  /** Bytes taken from a partition at once. */
  fetchBytes: number;
  lingerMs: number;
  group: string;
  /** Where the warehouse lies: a folder for the engine in this process, or the address of a server. */
  warehouse: { kind: 'embedded'; dir: string } | { kind: 'clickhouse'; url: string };
}

/** What a side has done. Times are ms since the side was told to begin; the process and its engine had started before. */
export interface Drained {
  /** When the first and the last block were stored. */
  firstMs: number;
  lastMs: number;
  /** Rows of the blocks stored first, at `firstMs`. */
  firstRows: number;
  /** CPU time of the side's process, the engine's threads included where it is in the process, s. */
  cpuSeconds: number;
  maxRssMb: number;
}

/** Notes how the number of stored rows grows. */
export class Progress {
  readonly #started = performance.now();
  readonly #cpu = process.cpuUsage();
  readonly #events: number;
  #stored = 0;
  #firstMs = 0;
  #firstRows = 0;
  #lastMs = 0;
  #finish: () => void = () => undefined;
  /** Resolves when all rows are stored. */
  readonly complete: Promise<void>;

  constructor(events: number) {
    this.#events = events;
    this.complete = new Promise((resolve) => (this.#finish = resolve));
  }

  /** `stored`: all rows stored so far. */
  note(stored: number): void {
    if (stored === this.#stored) return;
    this.#lastMs = performance.now() - this.#started;
    if (this.#stored === 0) {
      this.#firstMs = this.#lastMs;
      this.#firstRows = stored;
    }
    this.#stored = stored;
    if (this.done()) this.#finish();
  }

  done(): boolean {
    return this.#stored >= this.#events;
  }

  add(rows: number): void {
    this.note(this.#stored + rows);
  }

  result(): Drained {
    const { user, system } = process.cpuUsage(this.#cpu);
    return {
      firstMs: this.#firstMs,
      lastMs: this.#lastMs,
      firstRows: this.#firstRows,
      cpuSeconds: (user + system) / 1e6,
      maxRssMb: process.resourceUsage().maxRSS / 1024,
    };
  }
}
