import { RollguardError } from '../../runtime/errors.ts';
import { Cursor } from './cursor.ts';
import { recordBatches, type RecordBatch } from './recordBatch.ts';

export interface FetchedPartition {
  partition: number;
  /** Kafka's number of what went wrong; 0 for nothing. */
  errorCode: number;
  /** Below it no transaction is under way. */
  lastStableOffset: number;
  abortedTransactions: { producerId: bigint; firstOffset: number }[];
  batches: RecordBatch[];
}

/** An answer to a fetch, in the shape that kafkajs looks for errors in. */
export interface FetchAnswer {
  clientSideThrottleTime: number;
  errorCode: number;
  responses: { topicName: string; partitions: FetchedPartition[] }[];
}

/** Kafka 1.1; before it an answer has no error of its own. */
const OLDEST = 7;
const WITH_PREFERRED_REPLICA = 11;

/**
 * The answer of a broker to a fetch of the given version of the protocol, at most 11: what kafkajs can ask for.
 * Source of the format: Apache Kafka documentation, "Protocol Guide: Fetch API". Throws `log_unavailable`.
 */
export async function readFetchAnswer(bytes: Buffer, version: number): Promise<FetchAnswer> {
  if (version < OLDEST) throw new RollguardError('log_unavailable', 'The brokers are older than Kafka 1.1.');
  const cursor = new Cursor(bytes);
  const clientSideThrottleTime = cursor.int32();
  const errorCode = cursor.int16();
  // The session, of which we have none.
  cursor.skip(4);
  const responses: FetchAnswer['responses'] = [];
  for (let topics = cursor.int32(); topics > 0; topics -= 1) {
    const topicName = cursor.text();
    const partitions: FetchedPartition[] = [];
    for (let left = cursor.int32(); left > 0; left -= 1) partitions.push(await readPartition(cursor, version));
    responses.push({ topicName, partitions });
  }
  return { clientSideThrottleTime, errorCode, responses };
}

async function readPartition(cursor: Cursor, version: number): Promise<FetchedPartition> {
  const partition = cursor.int32();
  const errorCode = cursor.int16();
  // The high watermark.
  cursor.skip(8);
  const lastStableOffset = cursor.int64();
  // The first offset.
  cursor.skip(8);
  const abortedTransactions: FetchedPartition['abortedTransactions'] = [];
  for (let left = cursor.int32(); left > 0; left -= 1) {
    abortedTransactions.push({ producerId: cursor.bigint64(), firstOffset: cursor.int64() });
  }
  if (version >= WITH_PREFERRED_REPLICA) cursor.skip(4);
  const batches = await recordBatches(cursor.take(cursor.int32()) ?? Buffer.alloc(0));
  return { partition, errorCode, lastStableOffset, abortedTransactions, batches };
}
