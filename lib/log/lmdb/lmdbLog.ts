import type {
  CommittedPosition,
  Consumer,
  ConsumerOptions,
  FencedWriter,
  Log,
  LogRecord,
  LogTable,
  NewRecord,
  PartitionRange,
  Place,
  TopicSpec,
} from '../log.ts';
import { partitionOf } from '../murmur2.ts';
import { GroupMembers } from './groupMembers.ts';
import { LmdbConsumer } from './lmdbConsumer.ts';
import { LmdbFencedWriter } from './lmdbFencedWriter.ts';
import { LmdbTable } from './lmdbTable.ts';
import { LmdbStore } from './store.ts';

/** Bytes `read` hands over in one piece, about. */
const READ_BYTES = 1024 * 1024;

/**
 * The log in a folder of this process. The id is made by the first `migrate` and lies in the folder; a topic cannot be
 * recreated apart from it, so a new folder is the only way to a new id.
 */
export class LmdbLog implements Log {
  private readonly store: LmdbStore;
  private readonly groups = new Map<string, GroupMembers>();
  private readonly consumers = new Set<LmdbConsumer>();

  constructor(dir: string) {
    this.store = new LmdbStore(dir);
  }

  async id(): Promise<string> {
    return Promise.resolve(this.store.id());
  }

  migrate(topics: TopicSpec[]): Promise<string> {
    return this.store.migrate(topics);
  }

  renewId(): Promise<string> {
    return this.store.renewId();
  }

  append(topic: string, records: NewRecord[]): Promise<Place[]> {
    return this.store.append(topic, records);
  }

  async partitionOf(topic: string, key: Buffer): Promise<number> {
    return Promise.resolve(partitionOf(key, this.store.topic(topic).partitionCount));
  }

  async ranges(topic: string): Promise<PartitionRange[]> {
    return Promise.resolve(this.store.topic(topic).ranges());
  }

  async committed(group: string, topic: string): Promise<Map<number, CommittedPosition>> {
    const partitions = this.store.topic(topic).partitionCount;
    return this.store.lane.run(() => {
      const positions = new Map<number, CommittedPosition>();
      for (let partition = 0; partition < partitions; partition += 1) {
        const position = this.store.position(group, topic, partition);
        if (position) positions.set(partition, position);
      }
      return positions;
    });
  }

  async *read(topic: string, partition: number, from: number, to: number): AsyncGenerator<LogRecord[]> {
    for (let position = from; position <= to;) {
      const { records } = await Promise.resolve(this.store.topic(topic).read(partition, position, to + 1, READ_BYTES));
      if (records.length === 0) return;
      position = records[records.length - 1]!.offset + 1;
      yield records;
    }
  }

  async consume(options: ConsumerOptions): Promise<Consumer> {
    const name = JSON.stringify([options.group, options.topic]);
    let group = this.groups.get(name);
    if (!group) this.groups.set(name, (group = new GroupMembers(this.store.topic(options.topic).partitionCount)));
    const consumer = new LmdbConsumer(this.store, group, options);
    this.consumers.add(consumer);
    const forget = (): void => void this.consumers.delete(consumer);
    consumer.ended.then(forget, forget);
    return Promise.resolve(consumer);
  }

  async table(topic: string): Promise<LogTable> {
    return Promise.resolve(new LmdbTable(this.store, topic));
  }

  fencedWriter(id: string): Promise<FencedWriter> {
    return LmdbFencedWriter.open(this.store, id);
  }

  /** Only what is also older than the topic's retention goes. */
  async trim(topic: string, below: Map<number, number>): Promise<void> {
    const store = this.store.topic(topic);
    for (const [partition, position] of below) {
      while (await this.store.lane.run(() => store.stageTrim(partition, position, Date.now())));
    }
  }

  /** Writes a fact and waits for the disk, so that a full one shows. */
  async ping(): Promise<void> {
    this.store.mustBeOpen();
    await this.store.lane.run(() => this.store.facts.put(['ping'], Date.now()));
  }

  /** Consumers that still run are stopped first. */
  async close(): Promise<void> {
    await Promise.all([...this.consumers].map((consumer) => consumer.stop()));
    await this.store.close();
  }
}
