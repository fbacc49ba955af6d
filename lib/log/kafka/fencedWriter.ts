import { Partitioners } from 'kafkajs';
import type { Producer, Transaction } from 'kafkajs';
import { setTimeout as delay } from 'node:timers/promises';
import type { RollguardError } from '../../runtime/errors.ts';
import type { FencedWriter, Step } from '../log.ts';
import { partitionOf } from '../murmur2.ts';
import { checkSizes } from '../recordSize.ts';
import { toMessage } from './appender.ts';
import type { KafkaClient } from './client.ts';
import { committedPositions } from './committed.ts';
import { logError, protocolType, within } from './errors.ts';

const STEP_TIMEOUT_MS = 15_000;
/** The broker itself aborts a transaction left open for so long, ms. */
const TRANSACTION_TIMEOUT_MS = 10_000;
/** The transaction before is still being wound up at the coordinator. */
const WINDING_UP = 'CONCURRENT_TRANSACTIONS';
const WINDING_UP_MS = 20;

/**
 * A transactional producer. `open` runs an empty transaction, which takes the id over: the broker fences the producer
 * before and ends what that one had begun. So: open the writer first, then read what its predecessor has left.
 *
 * After a step that failed for want of an answer nobody knows whether it happened. The writer then refuses all further
 * steps with `log_unavailable`; whoever still owns the input opens a new one and reads where it stands.
 */
export class KafkaFencedWriter implements FencedWriter {
  private readonly client: KafkaClient;
  private readonly producer: Producer;
  private last: Promise<void> = Promise.resolve();
  private broken: RollguardError | undefined;

  private constructor(client: KafkaClient, producer: Producer) {
    this.client = client;
    this.producer = producer;
  }

  static async open(client: KafkaClient, id: string): Promise<KafkaFencedWriter> {
    const producer = client.kafka().producer({
      transactionalId: id,
      idempotent: true,
      maxInFlightRequests: 1,
      transactionTimeout: TRANSACTION_TIMEOUT_MS,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 8 },
    });
    try {
      const takeOver = async (): Promise<void> => {
        await producer.connect();
        await (await producer.transaction()).abort();
      };
      await within(STEP_TIMEOUT_MS, 'open the writer', takeOver());
    } catch (error) {
      producer.disconnect().catch(() => undefined);
      throw logError(error, 'open the writer');
    }
    return new KafkaFencedWriter(client, producer);
  }

  /** One at a time; a second waits for the first. */
  step(step: Step): Promise<void> {
    const result = this.last.then(() => this.run(step));
    this.last = result.catch(() => undefined);
    return result;
  }

  async close(): Promise<void> {
    await this.last;
    await this.producer.disconnect();
  }

  private async run(step: Step): Promise<void> {
    if (this.broken) throw this.broken;
    const appends: { topic: string; messages: ReturnType<typeof toMessage>[] }[] = [];
    for (const { topic, records } of step.appends) {
      checkSizes(topic, records);
      const partitions = await this.client.partitions(topic);
      const messages = records.map((record) => toMessage(record, partitionOf(record.key, partitions)));
      if (messages.length > 0) appends.push({ topic, messages });
    }
    try {
      await within(STEP_TIMEOUT_MS, 'step', this.transact(appends, step.commit));
    } catch (error) {
      this.broken = logError(error, 'step');
      throw this.broken;
    }
    await this.visible(step.commit);
  }

  private async transact(
    appends: Parameters<Transaction['sendBatch']>[0]['topicMessages'],
    commit: Step['commit'],
  ): Promise<void> {
    for (;;) {
      const transaction = await this.producer.transaction();
      try {
        if (appends && appends.length > 0) await transaction.sendBatch({ acks: -1, topicMessages: appends });
        const { group, topic, partition, position, metadata } = commit;
        const offset = { partition, offset: String(position), metadata };
        await transaction.sendOffsets({ consumerGroupId: group, topics: [{ topic, partitions: [offset] }] });
        await transaction.commit();
        return;
      } catch (error) {
        if (transaction.isActive()) await transaction.abort().catch(() => undefined);
        if (protocolType(error) !== WINDING_UP) throw error;
        await delay(WINDING_UP_MS);
      }
    }
  }

  /**
   * The coordinator answers a commit before the group has the new position. Waits until it can be read, so that a step
   * which has resolved can be seen; the outcome itself is certain already.
   */
  private async visible({ group, topic, partition, position, metadata }: Step['commit']): Promise<void> {
    const deadline = Date.now() + 2_000;
    while (Date.now() < deadline) {
      const positions = await committedPositions(this.client, group, topic).catch(() => undefined);
      const seen = positions?.get(partition);
      if (seen?.position === position && seen.metadata === metadata) return;
      await delay(WINDING_UP_MS);
    }
  }
}
