import type { Consumer, ConsumerOptions } from '../log.ts';
import type { Fetched, PartitionSource } from '../partitionRun.ts';
import { PartitionRuns } from '../partitionRuns.ts';
import { deferred, pause } from '../waits.ts';
import type { GroupMembers, Member } from './groupMembers.ts';
import type { LmdbStore } from './store.ts';
import type { TopicStore } from './topicStore.ts';

/** A member of a group that lives in this process. */
export class LmdbConsumer implements Consumer, Member {
  readonly ended: Promise<void>;
  private readonly end = deferred<undefined>();
  private readonly store: LmdbStore;
  private readonly topic: TopicStore;
  private readonly group: GroupMembers;
  private readonly options: ConsumerOptions;
  private readonly runs: PartitionRuns;
  private stopped: Promise<void> | undefined;

  constructor(store: LmdbStore, group: GroupMembers, options: ConsumerOptions) {
    this.store = store;
    this.topic = store.topic(options.topic);
    this.group = group;
    this.options = options;
    this.runs = new PartitionRuns(options, (error) => this.fail(error));
    this.ended = this.end.promise;
    // Whoever awaits `ended` hears of it; nobody doing so must not end the process.
    this.ended.catch(() => undefined);
    group.join(this);
  }

  owned(): number[] {
    return this.runs.owned();
  }

  /** The log is in this process: it lives as long as the consumer does. */
  lastActivity(): number {
    return Date.now();
  }

  stop(): Promise<void> {
    this.stopped ??= this.leave();
    return this.stopped;
  }

  assign(partition: number): void {
    this.runs.assign(partition, this.source(partition));
  }

  revoke(partition: number): void {
    this.runs.revoke(partition);
  }

  private async leave(): Promise<void> {
    await this.runs.finish();
    this.group.leave(this);
    this.end.resolve(undefined);
  }

  private fail(error: unknown): void {
    this.end.reject(error);
    this.runs.revokeAll();
    this.group.leave(this);
  }

  private source(partition: number): PartitionSource {
    const { group, topic } = this.options;
    return {
      // Read in the write lane, so behind whatever the owner before had begun to commit.
      committed: () => this.store.lane.run(() => this.store.position(group, topic, partition)),
      range: () => Promise.resolve(this.topic.range(partition)),
      commit: (position, metadata) =>
        this.store.lane.run(() => this.store.stagePosition(group, topic, partition, { position, metadata })),
      fetch: (position, waitMs, signal) => this.fetch(partition, position, waitMs, signal),
    };
  }

  private async fetch(partition: number, position: number, waitMs: number, signal: AbortSignal): Promise<Fetched> {
    const { maxBytes, lingerMs } = this.options;
    if (position >= this.topic.range(partition).end) await this.appended(partition, position, waitMs, signal);
    const { end } = this.topic.range(partition);
    if (position >= end) return { records: [], next: position };
    const first = this.topic.read(partition, position, end, maxBytes);
    const full = first.bytes >= maxBytes;
    if (!full) await pause(lingerMs, signal);
    if (signal.aborted) return { records: [], next: position };
    const stop = full ? end : this.topic.range(partition).end;
    const { records } = full ? first : this.topic.read(partition, position, stop, maxBytes);
    return { records, next: records.length > 0 ? records[records.length - 1]!.offset + 1 : stop };
  }

  /** Waits for the partition to grow beyond the position, for so long at most. */
  private async appended(partition: number, position: number, waitMs: number, signal: AbortSignal): Promise<void> {
    const grown = new AbortController();
    const check = (): void => {
      if (this.topic.range(partition).end > position) grown.abort();
    };
    const forget = this.topic.onAppend(check);
    try {
      check();
      await pause(waitMs, AbortSignal.any([signal, grown.signal]));
    } finally {
      forget();
    }
  }
}
