import { RollguardError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/logger.ts';
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
import { KafkaAppender } from './appender.ts';
import { KafkaClient } from './client.ts';
import { committedPositions } from './committed.ts';
import { KafkaConnection } from './connection.ts';
import { KafkaConsumer } from './consumer.ts';
import { KafkaFencedWriter } from './fencedWriter.ts';
import { KafkaTopics } from './migrate.ts';
import type { KafkaOptions } from './options.ts';
import { PartitionReader } from './reader.ts';
import { KafkaTable } from './table.ts';

const READ_WAIT_MS = 100;

/** The log in Apache Kafka. Nothing connects before it is needed. */
export class KafkaLog implements Log {
  private readonly client: KafkaClient;
  private readonly appender: KafkaAppender;
  private readonly topics: KafkaTopics;
  /** What is to be closed with the log. */
  private readonly open = new Set<{ close(): Promise<void> }>();

  constructor(options: KafkaOptions, logger?: Logger) {
    this.client = new KafkaClient(options, logger);
    this.appender = new KafkaAppender(this.client);
    this.topics = new KafkaTopics(this.client, (topic, records) => this.append(topic, records));
  }

  id(): Promise<string> {
    return this.topics.id();
  }

  migrate(topics: TopicSpec[]): Promise<string> {
    return this.topics.migrate(topics);
  }

  renewId(): Promise<string> {
    return this.topics.renewId();
  }

  async append(topic: string, records: NewRecord[]): Promise<Place[]> {
    return this.appender.append(topic, records);
  }

  async partitionOf(topic: string, key: Buffer): Promise<number> {
    return partitionOf(key, await this.client.partitions(topic));
  }

  ranges(topic: string): Promise<PartitionRange[]> {
    return this.client.ranges(topic);
  }

  committed(group: string, topic: string): Promise<Map<number, CommittedPosition>> {
    return committedPositions(this.client, group, topic);
  }

  /** Waits for transactions that were under way when it began, within Kafka's own time limit for them. */
  async *read(topic: string, partition: number, from: number, to: number): AsyncGenerator<LogRecord[]> {
    const range = (await this.client.ranges(topic))[partition];
    if (!range) throw new RollguardError('log_not_migrated', `The partition ${topic}/${partition} is missing.`);
    const connection = new KafkaConnection(this.client);
    try {
      const reader = new PartitionReader(connection, topic, partition);
      const end = Math.min(range.end, to + 1);
      for (let position = Math.max(range.first, from); position < end;) {
        const fetched = await reader.fetch(position, READ_WAIT_MS);
        const records = fetched.records.filter(({ offset }) => offset < end);
        position = fetched.next;
        if (records.length > 0) yield records;
      }
    } finally {
      await connection.close();
    }
  }

  async consume(options: ConsumerOptions): Promise<Consumer> {
    const consumer = await KafkaConsumer.start(this.client, options);
    this.closeLater({ close: () => consumer.stop() }, consumer.ended);
    return consumer;
  }

  async table(topic: string): Promise<LogTable> {
    const table = await KafkaTable.open(this.client, topic);
    this.closeLater(table);
    return table;
  }

  fencedWriter(id: string): Promise<FencedWriter> {
    return KafkaFencedWriter.open(this.client, id);
  }

  /** Kafka deletes by itself, after each topic's retention. */
  trim(): Promise<void> {
    return Promise.resolve();
  }

  /** Asks a broker for all partitions: each must have a leader, and as many replicas in sync as an append waits for. */
  async ping(): Promise<void> {
    const { topics } = await this.client.admin(
      'ping',
      (admin) => admin.fetchTopicMetadata(),
      this.client.appendTimeoutMs,
    );
    for (const { name, partitions } of topics) {
      if (!name.startsWith('rollguard.')) continue;
      for (const { partitionId, leader, isr, replicas } of partitions) {
        if (leader >= 0 && isr.length >= Math.min(2, replicas.length)) continue;
        throw new RollguardError('log_unavailable', `ping: ${name}/${partitionId} has too few replicas in sync`);
      }
    }
  }

  /** Consumers and tables that are still open are closed first. */
  async close(): Promise<void> {
    await Promise.all([...this.open].map((part) => part.close()));
    await this.appender.close();
    await this.client.close();
  }

  private closeLater(part: { close(): Promise<void> }, ended?: Promise<void>): void {
    this.open.add(part);
    const forget = (): void => void this.open.delete(part);
    ended?.then(forget, forget);
  }
}
