import { RollguardError } from '../../runtime/errors.ts';
import type { Fetched } from '../partitionRun.ts';
import type { KafkaConnection } from './connection.ts';
import { logError, protocolType, within } from './errors.ts';
import { readCommitted } from './records.ts';

const MAX_BYTES = 4 * 1024 * 1024;
/** Beyond what the broker may wait by itself, ms. */
const PATIENCE_MS = 10_000;

/** Reads one partition of its own accord, beside the groups. */
export class PartitionReader {
  private readonly connection: KafkaConnection;
  private readonly topic: string;
  private readonly partition: number;

  constructor(connection: KafkaConnection, topic: string, partition: number) {
    this.connection = connection;
    this.topic = topic;
    this.partition = partition;
  }

  /** One fetch. Empty after `waitMs` with nothing committed at the position. Throws `log_unavailable`. */
  async fetch(position: number, waitMs: number): Promise<Fetched> {
    try {
      return await within(waitMs + PATIENCE_MS, 'read', this.fetchNow(position, waitMs));
    } catch (error) {
      this.connection.reset();
      if (protocolType(error) === 'OFFSET_OUT_OF_RANGE') {
        throw new RollguardError('log_position_beyond_end', `read: ${this.topic}/${this.partition} at ${position}`, {
          cause: error,
        });
      }
      throw logError(error, 'read');
    }
  }

  private async fetchNow(position: number, waitMs: number): Promise<Fetched> {
    const { topic, partition } = this;
    const [leader] = (await this.connection.leaders(topic, [partition])).keys();
    if (leader === undefined) throw new RollguardError('log_not_migrated', `read: no partition ${topic}/${partition}`);
    const limits = { maxBytes: MAX_BYTES, minBytes: 1, waitMs };
    const [answer] = await this.connection.fetch(leader, topic, [{ partition, position }], limits);
    if (!answer) return { records: [], next: position };
    const fetched = readCommitted(answer, position);
    // A batch that compaction has emptied decodes to nothing; there is no record at its offsets, so step over one.
    const stuck = answer.batches.length === 0 && answer.lastStableOffset > position;
    return stuck ? { records: [], next: position + 1 } : fetched;
  }
}
