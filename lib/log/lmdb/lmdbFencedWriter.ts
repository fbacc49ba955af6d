import { RollguardError } from '../../runtime/errors.ts';
import type { FencedWriter, Step } from '../log.ts';
import { checkSizes } from '../recordSize.ts';
import type { LmdbStore } from './store.ts';

/** The writer whose epoch is the newest under its id. A step is one LMDB transaction. */
export class LmdbFencedWriter implements FencedWriter {
  private readonly store: LmdbStore;
  private readonly id: string;
  private readonly epoch: number;

  private constructor(store: LmdbStore, id: string, epoch: number) {
    this.store = store;
    this.id = id;
    this.epoch = epoch;
  }

  /** Fences whoever held the id before: the new epoch is on disk when this resolves. */
  static async open(store: LmdbStore, id: string): Promise<LmdbFencedWriter> {
    store.mustBeOpen();
    const epoch = await store.lane.run(() => {
      const next = Number(store.facts.get(['writer', id]) ?? 0) + 1;
      store.facts.put(['writer', id], next);
      return next;
    });
    return new LmdbFencedWriter(store, id, epoch);
  }

  async step(step: Step): Promise<void> {
    const appends = step.appends.map(({ topic, records }) => ({
      topic: this.store.topic(topic),
      name: topic,
      records,
    }));
    for (const { name, records } of appends) checkSizes(name, records);
    const { group, topic, partition, position, metadata } = step.commit;
    await this.store.lane.run(() => {
      if (this.store.facts.get(['writer', this.id]) !== this.epoch) {
        throw new RollguardError('log_fenced', `Another writer has taken over ${this.id}.`);
      }
      const now = Date.now();
      for (const { topic: store, records } of appends) store.stageAppend(records, now);
      this.store.stagePosition(group, topic, partition, { position, metadata });
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
