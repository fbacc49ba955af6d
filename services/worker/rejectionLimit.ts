import { RollguardError } from '../../lib/runtime/errors.ts';

export interface RejectionLimits {
  /** Bad records in a row. */
  inARow: number;
  /** Percent of bad ones among `windowRecords`. */
  percent: number;
}

const windowRecords = 10_000;

/**
 * Stops a worker that is about to empty the topic into the dead letters, which is what a bad deploy looks like from here.
 */
export class RejectionLimit {
  readonly #limits: RejectionLimits;
  #run = 0;
  #seen = 0;
  #bad = 0;

  constructor(limits: RejectionLimits) {
    this.#limits = limits;
  }

  /** Counts one block. Throws `too_many_rejected`, before any of its records has been rejected. */
  count(rows: number, bad: number): void {
    this.#run = bad === rows ? this.#run + bad : 0;
    this.#seen += rows;
    this.#bad += bad;
    if (this.#run > this.#limits.inARow) {
      throw new RollguardError('too_many_rejected', `${this.#run} records in a row cannot be stored.`);
    }
    if (this.#seen < windowRecords) return;
    const percent = (100 * this.#bad) / this.#seen;
    if (percent > this.#limits.percent) {
      throw new RollguardError('too_many_rejected', `${percent.toFixed(1)} % of the records cannot be stored.`);
    }
    this.#seen = 0;
    this.#bad = 0;
  }
}
