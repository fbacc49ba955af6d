import { RollguardError, hasCode } from '../runtime/errors.ts';
import type {
  Assignment,
  CommittedPosition,
  ConsumerOptions,
  LogRecord,
  PartitionHandler,
  PartitionRange,
} from './log.ts';

/** Records from a position on, perhaps none, and the position after everything looked at. */
export interface Fetched {
  records: LogRecord[];
  next: number;
}

/** One assigned partition as an adapter offers it. */
export interface PartitionSource {
  committed(): Promise<CommittedPosition | null>;
  range(): Promise<PartitionRange>;
  commit(position: number, metadata: string): Promise<void>;
  /** Waits up to `waitMs` for something at or after the position; returns early, with nothing, when the signal fires. */
  fetch(position: number, waitMs: number, signal: AbortSignal): Promise<Fetched>;
}

/**
 * Drives the handler of one assigned partition.
 *
 * States: *starting* (reads what the group had committed, opens the handler, calls `start`), *reading* (fetch, then
 * `records` or `idle`, one call at a time), *closed*. Two ways lead out of reading, both from outside: `revoke` voids the
 * assignment at once, so that the call in progress can no longer commit; `finish` lets that call end as the owner, and one
 * more `idle` follow it. The handler is closed after its last call in either case.
 */
export class PartitionRun {
  /** Settles when the handler has been closed; rejects with the error that ended it. */
  readonly done: Promise<void>;
  private readonly stopping = new AbortController();
  private live = true;
  private readonly partition: number;
  private readonly source: PartitionSource;
  private readonly options: ConsumerOptions;

  constructor(options: ConsumerOptions, partition: number, source: PartitionSource, after: Promise<void>) {
    this.options = options;
    this.partition = partition;
    this.source = source;
    this.done = this.work(after);
  }

  owned(): boolean {
    return this.live;
  }

  revoke(): void {
    this.live = false;
    this.stopping.abort();
  }

  async finish(): Promise<void> {
    this.stopping.abort();
    await this.done;
  }

  private async work(after: Promise<void>): Promise<void> {
    try {
      await after;
      if (this.ending()) return;
      const committed = await this.source.committed();
      const range = await this.source.range();
      if (this.ending()) return;
      const handler = this.options.open(this.assignment(committed, range));
      try {
        const position = await this.readable(await handler.start(), range);
        await this.read(handler, position);
        if (this.live) await this.leave(handler);
      } finally {
        this.live = false;
        handler.close();
      }
    } catch (error) {
      // What a revoked handler was doing has gone to the new owner; being told so is no fault.
      if (!this.live && this.stopping.signal.aborted && hasCode(error, 'log_not_owner')) return;
      throw error;
    } finally {
      this.live = false;
    }
  }

  /** Left in order: a last chance to commit, so that the next owner finds nothing half done. The log may be away. */
  private async leave(handler: PartitionHandler): Promise<void> {
    try {
      await handler.idle();
    } catch (error) {
      if (!hasCode(error, 'log_unavailable', 'log_not_owner')) throw error;
    }
  }

  private async read(handler: PartitionHandler, from: number): Promise<void> {
    const { idleMs } = this.options;
    let position = from;
    let quietSince = Date.now();
    while (!this.ending()) {
      const wait = Math.max(0, quietSince + idleMs - Date.now());
      const fetched = await this.source.fetch(position, wait, this.stopping.signal);
      if (this.ending()) return;
      position = fetched.next;
      if (fetched.records.length > 0) await handler.records(fetched.records);
      else if (Date.now() - quietSince >= idleMs) await handler.idle();
      else continue;
      quietSince = Date.now();
    }
  }

  private assignment(committed: CommittedPosition | null, range: PartitionRange): Assignment {
    return {
      topic: this.options.topic,
      partition: this.partition,
      committed,
      range,
      owned: () => this.live,
      commit: async (position, metadata) => {
        if (!this.live) throw this.notOwner();
        await this.source.commit(position, metadata);
      },
    };
  }

  /** Where reading can begin: what retention has deleted is passed over, what was never written is an error. */
  private async readable(position: number, range: PartitionRange): Promise<number> {
    const { first, end } = position > range.end ? await this.source.range() : range;
    if (position > end) {
      throw new RollguardError(
        'log_position_beyond_end',
        `${this.options.topic}/${this.partition} ends at ${end}, before the position ${position} to read from.`,
      );
    }
    return Math.max(position, first);
  }

  private ending(): boolean {
    return this.stopping.signal.aborted;
  }

  private notOwner(): RollguardError {
    return new RollguardError('log_not_owner', `${this.options.topic}/${this.partition} has gone to another owner.`);
  }
}
