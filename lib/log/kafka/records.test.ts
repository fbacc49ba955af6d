import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCommitted } from './records.ts';
import type { FetchedMessage } from './records.ts';

interface Batch {
  first: number;
  producer?: string;
  /** Offsets within the batch; `abort` and `commit` are markers. */
  holds: number[] | 'abort' | 'commit';
  length?: number;
}

function messages({ first, producer, holds, length }: Batch): FetchedMessage[] {
  const marker = typeof holds === 'string';
  const deltas = marker ? [0] : holds;
  const batchContext = {
    firstOffset: String(first),
    lastOffsetDelta: (length ?? deltas.length) - 1,
    producerId: producer ?? '-1',
    inTransaction: producer !== undefined,
  };
  const key = marker ? Buffer.from([0, 0, 0, holds === 'abort' ? 0 : 1]) : Buffer.from('k');
  return deltas.map((delta) => ({
    key,
    value: Buffer.from('v'),
    timestamp: '1700000000000',
    offset: String(first + delta),
    headers: { h: Buffer.from('x') },
    isControlRecord: marker,
    batchContext,
  }));
}

function read(
  position: number,
  batches: Batch[],
  aborted: [string, number][] = [],
): { offsets: number[]; next: number } {
  const { records, next } = readCommitted(
    {
      partition: 0,
      highWatermark: '100',
      lastStableOffset: '100',
      abortedTransactions: aborted.map(([producerId, first]) => ({ producerId, firstOffset: String(first) })),
      messages: batches.flatMap(messages),
    },
    position,
  );
  return { offsets: records.map((record) => record.offset), next };
}

test('markers are passed over', () => {
  const batches: Batch[] = [
    { first: 0, producer: '7', holds: [0, 1] },
    { first: 2, producer: '7', holds: 'commit' },
  ];
  assert.deepEqual(read(0, batches), { offsets: [0, 1], next: 3 });
  assert.deepEqual(read(2, batches.slice(1)), { offsets: [], next: 3 });
});

test('an aborted transaction is left out, the same producer later and others meanwhile are not', () => {
  const batches: Batch[] = [
    { first: 0, producer: '7', holds: [0] },
    { first: 1, producer: '8', holds: [0] },
    { first: 2, holds: [0] },
    { first: 3, producer: '7', holds: 'abort' },
    { first: 4, producer: '7', holds: [0] },
    { first: 5, producer: '7', holds: 'commit' },
    { first: 6, producer: '8', holds: 'commit' },
  ];
  assert.deepEqual(read(0, batches, [['7', 0]]), { offsets: [1, 2, 4], next: 7 });
});

test('a fetch that begins inside a batch gives only what was asked for', () => {
  assert.deepEqual(read(12, [{ first: 10, holds: [0, 1, 2, 3] }]), { offsets: [12, 13], next: 14 });
});

test('a batch from which compaction took the last records is passed over whole', () => {
  assert.deepEqual(read(12, [{ first: 10, holds: [0, 1], length: 6 }]), { offsets: [], next: 16 });
});
