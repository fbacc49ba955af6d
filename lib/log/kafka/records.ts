import type { LogRecord } from '../log.ts';

/** A message as kafkajs decodes it, with what it tells of its batch. Numbers of 64 bits are strings. */
export interface FetchedMessage {
  key: Buffer | null;
  value: Buffer | null;
  timestamp: string;
  offset: string;
  headers: Record<string, Buffer | Buffer[] | string>;
  isControlRecord: boolean;
  batchContext: { firstOffset: string; lastOffsetDelta: number; producerId: string; inTransaction: boolean };
}

export interface FetchedPartition {
  partition: number;
  highWatermark: string;
  lastStableOffset: string;
  abortedTransactions: { producerId: string; firstOffset: string }[];
  messages: FetchedMessage[];
}

/** The type at the end of an abort marker's key: version i16, type i16 (0 abort, 1 commit). */
const ABORT = 0;

/**
 * The records of one fetched partition from the position on: without transaction markers, and without what a transaction
 * wrote that was aborted. `next` is the position after everything fetched.
 */
export function readCommitted(fetched: FetchedPartition, position: number): { records: LogRecord[]; next: number } {
  const aborted = fetched.abortedTransactions.map(({ producerId, firstOffset }) => ({
    producerId,
    first: Number(firstOffset),
  }));
  aborted.sort((a, b) => a.first - b.first);
  const aborting = new Set<string>();
  const records: LogRecord[] = [];
  let next = position;
  let upcoming = 0;
  let batch: FetchedMessage['batchContext'] | undefined;
  for (const message of fetched.messages) {
    const offset = Number(message.offset);
    const { producerId, inTransaction } = message.batchContext;
    while (upcoming < aborted.length && aborted[upcoming]!.first <= offset) {
      aborting.add(aborted[upcoming]!.producerId);
      upcoming += 1;
    }
    if (message.batchContext !== batch) {
      batch = message.batchContext;
      // The batch may end beyond its last record, where compaction has taken some.
      next = Math.max(next, Number(batch.firstOffset) + batch.lastOffsetDelta + 1);
    }
    if (message.isControlRecord) {
      if (message.key?.readInt16BE(2) === ABORT) aborting.delete(producerId);
    } else if (offset >= position && !(inTransaction && aborting.has(producerId))) {
      records.push(toRecord(message, fetched.partition, offset));
    }
  }
  return { records, next };
}

/** Shared by all records without any, which is nearly all of them. */
const noHeaders: Record<string, string> = Object.freeze({});

function toRecord(message: FetchedMessage, partition: number, offset: number): LogRecord {
  let headers = noHeaders;
  for (const name in message.headers) {
    if (headers === noHeaders) headers = {};
    const value = message.headers[name];
    headers[name] = String(Array.isArray(value) ? value[0] : (value ?? ''));
  }
  const { key, value, timestamp } = message;
  return { partition, offset, key, value, timestamp: Number(timestamp), headers };
}
