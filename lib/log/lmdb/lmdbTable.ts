import type { LogTable } from '../log.ts';
import { TableState } from '../tableState.ts';
import type { LmdbStore } from './store.ts';
import type { TopicStore } from './topicStore.ts';

/** A compacted topic in memory. Follows every append at once, in the same process. */
export class LmdbTable implements LogTable {
  private readonly state = new TableState();
  private readonly topic: TopicStore;
  private readonly positions: number[];
  private readonly forget: () => void;
  private readonly store: LmdbStore;
  private fault: unknown;

  constructor(store: LmdbStore, topic: string) {
    this.store = store;
    this.topic = store.topic(topic);
    this.positions = this.topic.ranges().map((range) => range.first);
    this.follow();
    this.forget = this.topic.onAppend(() => this.tryFollow());
  }

  get(key: string): Buffer | undefined {
    return this.state.get(key);
  }

  entries(): IterableIterator<[string, Buffer]> {
    return this.state.entries();
  }

  onChange(listener: (key: string, value: Buffer | null) => void): () => void {
    return this.state.onChange(listener);
  }

  async refresh(): Promise<void> {
    this.store.mustBeOpen();
    // Behind every append begun before this call.
    await this.store.lane.run(() => undefined);
    this.follow();
  }

  healthy(): boolean {
    return this.fault === undefined;
  }

  close(): Promise<void> {
    this.forget();
    this.state.close();
    return Promise.resolve();
  }

  private tryFollow(): void {
    try {
      this.follow();
      this.fault = undefined;
    } catch (error) {
      this.fault = error;
    }
  }

  private follow(): void {
    for (const { partition, end } of this.topic.ranges()) {
      const { records } = this.topic.read(partition, this.positions[partition] ?? 0, end, Number.MAX_SAFE_INTEGER);
      this.positions[partition] = end;
      for (const record of records) this.state.apply(record);
    }
  }
}
