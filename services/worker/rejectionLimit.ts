import { RollguardError } from '../../lib/runtime/errors.ts';

const longestRun = 1000;
const largestShare = 0.05;
const windowRecords = 20_000;

/**
 * Stops a worker that is about to empty the topic into the dead letters, which is what a bad deploy looks like: more than
 * 1,000 bad records in a row, or more than 5 % of 20,000.
 */
export class RejectionLimit {
  #run = 0;
  #seen = 0;
  #bad = 0;

  /** Counts one block. Throws `too_many_rejected`, before any of its records has been rejected. */
  count(rows: number, bad: number): void {
    this.#run = bad === rows ? this.#run + bad : 0;
    this.#seen += rows;
    this.#bad += bad;
    if (this.#run > longestRun) {
      throw new RollguardError('too_many_rejected', `${this.#run} records in a row cannot be stored.`);
    }
    if (this.#seen >= windowRecords) {
      const share = this.#bad / this.#seen;
      if (share > largestShare) {
        throw new RollguardError('too_many_rejected', `${Math.round(share * 100)} % of the records cannot be stored.`);
      }
      this.#seen = 0;
      this.#bad = 0;
    }
  }
}
