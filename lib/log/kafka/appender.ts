import { CompressionTypes, Partitioners } from 'kafkajs';
import type { Message, Producer } from 'kafkajs';
import { RollguardError } from '../../runtime/errors.ts';
import { AppendQueue } from '../appendQueue.ts';
import type { Slice } from '../appendQueue.ts';
import type { NewRecord, Place } from '../log.ts';
import { partitionOf } from '../murmur2.ts';
import { checkSizes } from '../recordSize.ts';
import type { KafkaClient } from './client.ts';
import { logError, within } from './errors.ts';

/** kafkajs copies a partition's list for each message it adds, so a flush stays at a few thousand. */
const FLUSH_LIMITS = { bytes: 2 * 1024 * 1024, records: 4_000 };

/**
 * Appends by one idempotent producer, one flush at a time: two in flight can break its sequence numbers.
 *
 * A producer on which a flush has failed is given up with all it knew, and the next flush makes a new one; so fatal
 * sequence errors heal too. A flush that failed by time may still reach the log: its records are then in it twice if the
 * caller appends them again.
 */
export class KafkaAppender {
  private readonly client: KafkaClient;
  private readonly queue: AppendQueue;
  private producer: Promise<Producer> | undefined;

  constructor(client: KafkaClient) {
    this.client = client;
    this.queue = new AppendQueue(FLUSH_LIMITS, (slices) => this.flush(slices));
  }

  /** Throws `log_unavailable`, `log_not_migrated`, `log_record_too_large`. */
  append(topic: string, records: NewRecord[]): Promise<Place[]> {
    checkSizes(topic, records);
    return this.queue.append(topic, records);
  }

  async close(): Promise<void> {
    await this.queue.drained();
    const producer = await this.producer?.catch(() => undefined);
    await producer?.disconnect();
  }

  private async flush(slices: Slice[]): Promise<Place[][]> {
    return within(this.client.appendTimeoutMs, 'append', this.send(slices)).catch((error: unknown) => {
      const mapped = logError(error, 'append');
      if (mapped.code !== 'log_not_migrated') this.giveUp();
      throw mapped;
    });
  }

  private async send(slices: Slice[]): Promise<Place[][]> {
    const batch = new Batch();
    const places: Place[][] = [];
    for (const { topic, records } of slices)
      places.push(batch.add(topic, records, await this.client.partitions(topic)));
    this.producer ??= this.connect();
    const producer = await this.producer;
    const answers = await producer.sendBatch({
      acks: -1,
      compression: CompressionTypes.None,
      topicMessages: batch.topics(),
    });
    const bases = new Map(
      answers.map((answer) => [`${answer.topicName}/${answer.partition}`, Number(answer.baseOffset)]),
    );
    slices.forEach(({ topic }, i) => {
      for (const place of places[i]!) {
        const base = bases.get(`${topic}/${place.partition}`) ?? -1;
        if (base < 0)
          throw new RollguardError('log_unavailable', 'append: the broker did not say where the records lie');
        place.offset += base;
      }
    });
    return places;
  }

  private async connect(): Promise<Producer> {
    const producer = this.client.kafka().producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      // Bounded, so that a producer given up does not go on for ever.
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5 },
    });
    await producer.connect();
    return producer;
  }

  private giveUp(): void {
    const producer = this.producer;
    this.producer = undefined;
    producer?.then((given) => given.disconnect()).catch(() => undefined);
  }
}

/** The messages of one flush, with their offsets within each partition's part of it. */
class Batch {
  private readonly messages = new Map<string, Message[]>();
  private readonly counts = new Map<string, number>();

  /** The places, with offsets counted from the partition's first message in this batch. */
  add(topic: string, records: NewRecord[], partitions: number): Place[] {
    let messages = this.messages.get(topic);
    if (!messages) this.messages.set(topic, (messages = []));
    const places: Place[] = [];
    for (const record of records) {
      const partition = partitionOf(record.key, partitions);
      const id = `${topic}/${partition}`;
      const offset = this.counts.get(id) ?? 0;
      this.counts.set(id, offset + 1);
      places.push({ partition, offset });
      messages.push(toMessage(record, partition));
    }
    return places;
  }

  topics(): { topic: string; messages: Message[] }[] {
    return [...this.messages].map(([topic, messages]) => ({ topic, messages }));
  }
}

export function toMessage(record: NewRecord, partition: number): Message {
  const message: Message = { key: record.key, value: record.value, partition };
  if (record.headers) message.headers = record.headers;
  return message;
}
