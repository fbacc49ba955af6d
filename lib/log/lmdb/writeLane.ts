import { RollguardError } from '../../runtime/errors.ts';
import { reasonOf } from './commitError.ts';

/** What the lane needs of LMDB: one transaction with all writes made in the callback, settled when it is on disk. */
export interface Batcher {
  batch(writes: () => void): Promise<unknown>;
}

export interface LaneHooks {
  /** The transaction is on disk: what was staged is true now. */
  committed(): void;
  /** The transaction failed: what was staged never was. */
  rolledBack(): void;
}

interface Job {
  stage: () => unknown;
  resolve: (value: never) => void;
  reject: (error: unknown) => void;
}

/**
 * The one way to write. One transaction is in flight at a time; jobs that arrive meanwhile are staged together, in order,
 * in the next one, so a hundred small appends share one flush to disk. A job may refuse by throwing, before it has
 * written anything; only its own caller hears of that.
 */
export class WriteLane {
  private waiting: Job[] = [];
  private running: Promise<void> | undefined;
  private closed = false;
  private readonly env: Batcher;
  private readonly hooks: LaneHooks;

  constructor(env: Batcher, hooks: LaneHooks) {
    this.env = env;
    this.hooks = hooks;
  }

  /** Resolves with what `stage` returned once its writes are on disk. Throws `log_unavailable` when they cannot be. */
  run<T>(stage: () => T): Promise<T> {
    if (this.closed) return Promise.reject(new RollguardError('log_unavailable', 'The log is closed.'));
    return new Promise<T>((resolve, reject) => {
      this.waiting.push({ stage, resolve: resolve, reject });
      this.running ??= this.work();
    });
  }

  /** Refuses further jobs and waits for those at hand. */
  async close(): Promise<void> {
    this.closed = true;
    await this.running;
  }

  private async work(): Promise<void> {
    // A turn of the event loop lets callers of the same turn share the first transaction too.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const jobs = this.waiting;
      this.waiting = [];
      await this.commit(jobs);
    }
    this.running = undefined;
  }

  private async commit(jobs: Job[]): Promise<void> {
    const staged: { job: Job; value: unknown }[] = [];
    try {
      await this.env.batch(() => {
        for (const job of jobs) {
          try {
            staged.push({ job, value: job.stage() });
          } catch (error) {
            job.reject(error);
          }
        }
      });
    } catch (error) {
      this.hooks.rolledBack();
      const failure = new RollguardError('log_unavailable', 'LMDB could not commit.', { cause: await reasonOf(error) });
      for (const { job } of staged) job.reject(failure);
      return;
    }
    this.hooks.committed();
    for (const { job, value } of staged) job.resolve(value as never);
  }
}
