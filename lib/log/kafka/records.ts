import type { LogRecord } from '../log.ts';
import { Cursor } from './cursor.ts';
import type { FetchedPartition } from './fetchAnswer.ts';
import { readRecords, type RecordBatch } from './recordBatch.ts';

/** The type in an abort marker's key: version i16, type i16 (0 abort, 1 commit). */
const ABORT = 0;

/**
 * The records of one fetched partition from the position on: without transaction markers, and without what a transaction
 * wrote that was aborted. `next` is the position after everything fetched.
 */
export function readCommitted(fetched: FetchedPartition, position: number): { records: LogRecord[]; next: number } {
  const aborted = [...fetched.abortedTransactions].sort((a, b) => a.firstOffset - b.firstOffset);
  const aborting = new Set<bigint>();
  const records: LogRecord[] = [];
  let next = position;
  let upcoming = 0;
  for (const batch of fetched.batches) {
    while (upcoming < aborted.length && aborted[upcoming]!.firstOffset <= batch.lastOffset) {
      aborting.add(aborted[upcoming]!.producerId);
      upcoming += 1;
    }
    // The batch may end beyond its last record, where compaction has taken some.
    next = Math.max(next, batch.lastOffset + 1);
    if (batch.isControl) {
      if (isAbort(batch)) aborting.delete(batch.producerId);
    } else if (!(batch.inTransaction && aborting.has(batch.producerId))) {
      readRecords(batch, fetched.partition, position, records);
    }
  }
  return { records, next };
}

function isAbort(batch: RecordBatch): boolean {
  const markers: LogRecord[] = [];
  readRecords(batch, 0, 0, markers);
  const key = markers[0]?.key;
  if (!key) return false;
  const cursor = new Cursor(key);
  cursor.skip(2);
  return cursor.int16() === ABORT;
}
