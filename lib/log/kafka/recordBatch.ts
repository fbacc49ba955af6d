import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { RollguardError } from '../../runtime/errors.ts';
import type { LogRecord } from '../log.ts';
import { Cursor } from './cursor.ts';

/** What was appended together by one producer, its records still packed. */
export interface RecordBatch {
  firstOffset: number;
  /** Of the last record that was ever in it; compaction may have taken that one, or all. */
  lastOffset: number;
  firstTimestamp: number;
  /** The time of every record, where the topic has its own time stamped on them. */
  appendTime: number | undefined;
  producerId: bigint;
  inTransaction: boolean;
  /** Holds a transaction marker instead of records. */
  isControl: boolean;
  count: number;
  records: Buffer;
}

const HEAD_BYTES = 61;
/** Bytes before those that the length of a batch counts. */
const LENGTH_END = 12;
const MAGIC_AT = 16;
const MAGIC = 2;
const COMPRESSION = 0x07;
const GZIP = 1;
const APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

/**
 * The whole batches at the beginning of a partition's bytes; a broker cuts the last one where its limit ends.
 * Source of the format: Apache Kafka documentation, "Implementation: Message Format", record batch version 2. Throws
 * `log_unavailable` for what we cannot read: formats before Kafka 0.11, and compression other than gzip.
 */
export async function recordBatches(bytes: Buffer): Promise<RecordBatch[]> {
  const batches: RecordBatch[] = [];
  let at = 0;
  while (at + HEAD_BYTES <= bytes.length) {
    const end = at + LENGTH_END + bytes.readInt32BE(at + LENGTH_END - 4);
    if (bytes[at + MAGIC_AT] !== MAGIC) throw unreadable('are in a format older than Kafka 0.11');
    if (end > bytes.length) break;
    batches.push(await readBatch(bytes.subarray(at, end)));
    at = end;
  }
  return batches;
}

async function readBatch(bytes: Buffer): Promise<RecordBatch> {
  const cursor = new Cursor(bytes);
  const firstOffset = cursor.int64();
  // Length, leader epoch, magic and checksum.
  cursor.skip(13);
  const attributes = cursor.int16();
  const lastOffset = firstOffset + cursor.int32();
  const firstTimestamp = cursor.int64();
  const maxTimestamp = cursor.int64();
  const producerId = cursor.bigint64();
  // Producer epoch and first sequence.
  cursor.skip(6);
  const count = cursor.int32();
  return {
    firstOffset,
    lastOffset,
    firstTimestamp,
    appendTime: (attributes & APPEND_TIME) === 0 ? undefined : maxTimestamp,
    producerId,
    inTransaction: (attributes & TRANSACTIONAL) !== 0,
    isControl: (attributes & CONTROL) !== 0,
    count,
    records: await unpacked(bytes.subarray(HEAD_BYTES), attributes & COMPRESSION),
  };
}

async function unpacked(bytes: Buffer, compression: number): Promise<Buffer> {
  if (compression === 0) return bytes;
  if (compression !== GZIP) throw unreadable('are compressed in another way than gzip');
  return promisify(gunzip)(bytes);
}

function unreadable(why: string): RollguardError {
  return new RollguardError('log_unavailable', `The fetched records ${why}.`);
}

/** Adds the batch's records at or after the position to `into`; they share the batch's memory. */
export function readRecords(batch: RecordBatch, partition: number, position: number, into: LogRecord[]): void {
  const cursor = new Cursor(batch.records);
  for (let left = batch.count; left > 0; left -= 1) {
    const length = cursor.varint();
    const end = cursor.at + length;
    // The attributes, which no version uses.
    cursor.skip(1);
    const timestamp = batch.firstTimestamp + cursor.varint();
    const offset = batch.firstOffset + cursor.varint();
    if (offset >= position) {
      const key = cursor.take(cursor.varint());
      const value = cursor.take(cursor.varint());
      const headers = readHeaders(cursor);
      into.push({ partition, offset, key, value, timestamp: batch.appendTime ?? timestamp, headers });
    }
    cursor.at = end;
  }
}

/** Shared by all records without any, which is nearly all of them. */
const noHeaders: Record<string, string> = Object.freeze({});

/** Of headers with the same name the first one counts. */
function readHeaders(cursor: Cursor): Record<string, string> {
  const count = cursor.varint();
  if (count === 0) return noHeaders;
  const headers: Record<string, string> = {};
  for (let left = count; left > 0; left -= 1) {
    const name = cursor.take(cursor.varint())!.toString();
    const value = cursor.take(cursor.varint())?.toString() ?? '';
    headers[name] ??= value;
  }
  return headers;
}
