import type { ConsumerOptions } from './log.ts';
import { PartitionRun } from './partitionRun.ts';
import type { PartitionSource } from './partitionRun.ts';

/** The partitions one consumer owns. The first run that fails is told to `onError`. */
export class PartitionRuns {
  private readonly runs = new Map<number, PartitionRun>();
  /** Runs of a partition that may still be in a call; a partition that comes back waits for its own. */
  private readonly last = new Map<number, Promise<void>>();
  private readonly options: ConsumerOptions;
  private readonly onError: (error: unknown) => void;
  private finishing = false;

  constructor(options: ConsumerOptions, onError: (error: unknown) => void) {
    this.options = options;
    this.onError = onError;
  }

  /** Does nothing once finishing: what another member has left meanwhile goes to the group when this one leaves it. */
  assign(partition: number, source: PartitionSource): void {
    if (this.finishing) return;
    this.revoke(partition);
    const run = new PartitionRun(this.options, partition, source, this.last.get(partition) ?? Promise.resolve());
    this.runs.set(partition, run);
    this.last.set(
      partition,
      run.done.catch((error: unknown) => this.onError(error)),
    );
  }

  revoke(partition: number): void {
    this.runs.get(partition)?.revoke();
    this.runs.delete(partition);
  }

  revokeAll(): void {
    for (const partition of [...this.runs.keys()]) this.revoke(partition);
  }

  /** Partitions owned just now, ascending. */
  owned(): number[] {
    return [...this.runs]
      .filter(([, run]) => run.owned())
      .map(([partition]) => partition)
      .sort((a, b) => a - b);
  }

  /** Lets every running call end; what it commits still counts. */
  async finish(): Promise<void> {
    this.finishing = true;
    await Promise.allSettled([...this.runs.values()].map((run) => run.finish()));
    await Promise.all(this.last.values());
    this.runs.clear();
  }
}
