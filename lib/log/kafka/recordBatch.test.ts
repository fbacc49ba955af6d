import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import fc from 'fast-check';
import { hasCode } from '../../runtime/errors.ts';
import type { LogRecord } from '../log.ts';
import { readRecords, recordBatches } from './recordBatch.ts';

interface Encoded {
  buffer: Buffer;
}

interface GivenRecord {
  offsetDelta: number;
  timestampDelta: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, Buffer>;
}

interface GivenBatch {
  firstOffset: number;
  firstTimestamp: number;
  compression: number;
  producerId: number;
  transactional: boolean;
  records: GivenRecord[];
}

// kafkajs's own way to write what we read.
const need = createRequire(import.meta.url);
const { RecordBatch: encodeBatch } = need('kafkajs/src/protocol/recordBatch/v0') as {
  RecordBatch: (batch: object) => Promise<Encoded>;
};
const encodeRecord = need('kafkajs/src/protocol/recordBatch/record/v0') as (record: object) => Encoded;

async function encoded(batch: GivenBatch): Promise<Buffer> {
  const lastOffsetDelta = batch.records.at(-1)?.offsetDelta ?? 0;
  const records = batch.records.map(encodeRecord);
  return (await encodeBatch({ ...batch, lastOffsetDelta, records })).buffer;
}

async function decoded(bytes: Buffer, position = 0): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for (const batch of await recordBatches(bytes)) readRecords(batch, 3, position, records);
  return records;
}

function expected(batch: GivenBatch): LogRecord[] {
  return batch.records.map(({ offsetDelta, timestampDelta, key, value, headers }) => ({
    partition: 3,
    offset: batch.firstOffset + offsetDelta,
    key,
    value,
    timestamp: batch.firstTimestamp + timestampDelta,
    headers: Object.fromEntries(Object.entries(headers).map(([name, bytes]) => [name, bytes.toString()])),
  }));
}

const bytes = fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.uint8Array({ minLength: 120, maxLength: 9000 }));
const buffer = bytes.map((array) => Buffer.from(array));
const text = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 5 });
const record = fc.record({
  timestampDelta: fc.oneof(fc.nat({ max: 100 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  key: fc.option(buffer),
  value: fc.option(buffer),
  // The name that changes an object's prototype cannot be given to kafkajs.
  headers: fc.dictionary(
    text.filter((name) => name !== '__proto__'),
    text.map((value) => Buffer.from(value)),
    { maxKeys: 3, noNullPrototype: true },
  ),
});
const batch: fc.Arbitrary<GivenBatch> = fc.record({
  firstOffset: fc.nat({ max: 2 ** 40 }),
  firstTimestamp: fc.nat({ max: 2 ** 42 }),
  compression: fc.constantFrom(0, 1),
  producerId: fc.integer({ min: -1, max: 1000 }),
  transactional: fc.boolean(),
  records: fc.array(fc.tuple(record, fc.nat({ max: 300 })), { minLength: 1, maxLength: 30 }).map((pairs) => {
    let offsetDelta = -1;
    return pairs.map(([one, gap]) => ({ ...one, offsetDelta: (offsetDelta += 1 + gap) }));
  }),
});

test('what kafkajs writes is read back, batch by batch, and a batch that is cut off is left for the next fetch', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(batch, { maxLength: 4 }), fc.nat(), async (given, cut) => {
      const parts = await Promise.all(given.map(encoded));
      assert.deepEqual(await decoded(Buffer.concat(parts)), given.flatMap(expected));
      const last = parts.at(-1) ?? Buffer.alloc(0);
      const short = Buffer.concat([...parts.slice(0, -1), last.subarray(0, cut % (last.length + 1))]);
      const whole = short.length === Buffer.concat(parts).length ? given : given.slice(0, -1);
      assert.deepEqual(await decoded(short), whole.flatMap(expected));
    }),
    { numRuns: 200 },
  );
});

test('a batch tells of its producer, its transaction and its last offset', async () => {
  await fc.assert(
    fc.asyncProperty(batch, async (given) => {
      const [read] = await recordBatches(await encoded(given));
      const { firstOffset, lastOffset, producerId, inTransaction, isControl } = read!;
      assert.deepEqual(
        { firstOffset, lastOffset, producerId, inTransaction, isControl },
        {
          firstOffset: given.firstOffset,
          lastOffset: given.firstOffset + given.records.at(-1)!.offsetDelta,
          producerId: BigInt(given.producerId),
          inTransaction: given.transactional,
          isControl: false,
        },
      );
    }),
  );
});

test('only records at or after the position are made', async () => {
  await fc.assert(
    fc.asyncProperty(batch, fc.nat({ max: 300 }), async (given, from) => {
      const position = given.firstOffset + from;
      assert.deepEqual(
        await decoded(await encoded(given), position),
        expected(given).filter(({ offset }) => offset >= position),
      );
    }),
  );
});

test('the time at which the log took the records is theirs, where the topic stamps it on them', async () => {
  const [one] = fc.sample(batch, 1);
  const bytes = await encoded({ ...one!, compression: 0 });
  bytes.writeInt16BE(bytes.readInt16BE(21) | 0x08, 21);
  bytes.writeBigInt64BE(1_795_000_000_000n, 35);
  for (const { timestamp } of await decoded(bytes)) assert.equal(timestamp, 1_795_000_000_000);
});

test('what cannot be read is an error and not an empty partition', async () => {
  const [one] = fc.sample(batch, 1);
  const old = await encoded(one!);
  old[16] = 1;
  await assert.rejects(recordBatches(old), (error) => hasCode(error, 'log_unavailable'));
  const snappy = await encoded({ ...one!, compression: 0 });
  snappy.writeInt16BE(2, 21);
  await assert.rejects(recordBatches(snappy), (error) => hasCode(error, 'log_unavailable'));
});
