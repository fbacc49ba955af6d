import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordBatch } from './recordBatch.ts';
import { readCommitted } from './records.ts';

interface Batch {
  first: number;
  producer?: bigint;
  /** Offsets within the batch; `abort` and `commit` are markers. */
  holds: number[] | 'abort' | 'commit';
  length?: number;
}

/** A record as it lies in a batch; each length below 64 is one byte, twice the number. */
function packed(delta: number, key: Buffer): Buffer {
  const value = Buffer.from('v');
  const body = Buffer.concat([
    Buffer.from([0, 0, 2 * delta, 2 * key.length]),
    key,
    Buffer.from([2 * value.length]),
    value,
    Buffer.from([0]),
  ]);
  return Buffer.concat([Buffer.from([2 * body.length]), body]);
}

function recordBatch({ first, producer, holds, length }: Batch): RecordBatch {
  const marker = typeof holds === 'string';
  const deltas = marker ? [0] : holds;
  const key = marker ? Buffer.from([0, 0, 0, holds === 'abort' ? 0 : 1]) : Buffer.from('k');
  return {
    firstOffset: first,
    lastOffset: first + (length ?? deltas.length) - 1,
    firstTimestamp: 1_700_000_000_000,
    appendTime: undefined,
    producerId: producer ?? -1n,
    inTransaction: producer !== undefined,
    isControl: marker,
    count: deltas.length,
    records: Buffer.concat(deltas.map((delta) => packed(delta, key))),
  };
}

function read(
  position: number,
  batches: Batch[],
  aborted: [bigint, number][] = [],
): { offsets: number[]; next: number } {
  const { records, next } = readCommitted(
    {
      partition: 0,
      errorCode: 0,
      lastStableOffset: 100,
      abortedTransactions: aborted.map(([producerId, firstOffset]) => ({ producerId, firstOffset })),
      batches: batches.map(recordBatch),
    },
    position,
  );
  return { offsets: records.map((record) => record.offset), next };
}

test('markers are passed over', () => {
  const batches: Batch[] = [
    { first: 0, producer: 7n, holds: [0, 1] },
    { first: 2, producer: 7n, holds: 'commit' },
  ];
  assert.deepEqual(read(0, batches), { offsets: [0, 1], next: 3 });
  assert.deepEqual(read(2, batches.slice(1)), { offsets: [], next: 3 });
});

test('an aborted transaction is left out, the same producer later and others meanwhile are not', () => {
  const batches: Batch[] = [
    { first: 0, producer: 7n, holds: [0] },
    { first: 1, producer: 8n, holds: [0] },
    { first: 2, holds: [0] },
    { first: 3, producer: 7n, holds: 'abort' },
    { first: 4, producer: 7n, holds: [0] },
    { first: 5, producer: 7n, holds: 'commit' },
    { first: 6, producer: 8n, holds: 'commit' },
  ];
  assert.deepEqual(read(0, batches, [[7n, 0]]), { offsets: [1, 2, 4], next: 7 });
});

test('two aborted transactions of one producer are both left out, and what it committed between them is not', () => {
  const batches: Batch[] = [
    { first: 0, producer: 7n, holds: [0, 1] },
    { first: 2, producer: 7n, holds: 'abort' },
    { first: 3, producer: 7n, holds: [0] },
    { first: 4, producer: 7n, holds: 'commit' },
    { first: 5, producer: 7n, holds: [0] },
    { first: 6, producer: 7n, holds: 'abort' },
  ];
  const aborted: [bigint, number][] = [
    [7n, 5],
    [7n, 0],
  ];
  assert.deepEqual(read(0, batches, aborted), { offsets: [3], next: 7 });
});

test('a fetch that begins inside a batch gives only what was asked for', () => {
  assert.deepEqual(read(12, [{ first: 10, holds: [0, 1, 2, 3] }]), { offsets: [12, 13], next: 14 });
});

test('a batch from which compaction took the last records is passed over whole', () => {
  assert.deepEqual(read(12, [{ first: 10, holds: [0, 1], length: 6 }]), { offsets: [], next: 16 });
  assert.deepEqual(read(12, [{ first: 10, holds: [], length: 6 }]), { offsets: [], next: 16 });
});
