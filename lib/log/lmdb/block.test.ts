import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LogRecord, NewRecord } from '../log.ts';
import { blockHead, decodeBlock, encodeBlock } from './block.ts';

const bytes = fc.uint8Array({ maxLength: 30 }).map((array) => Buffer.from(array));
const record: fc.Arbitrary<NewRecord> = fc.record({
  key: bytes,
  value: fc.option(bytes),
  headers: fc.dictionary(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), { maxKeys: 3 }),
});

test('what goes into a block comes out, cut to the asked range', () => {
  fc.assert(
    fc.property(
      fc.array(record, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 0, max: 2 ** 52 }),
      fc.integer({ min: -2, max: 14 }),
      fc.integer({ min: -2, max: 14 }),
      (records, base, from, to) => {
        const block = encodeBlock(base, 1_700_000_000_123, records);
        assert.deepEqual(blockHead(block), { base, count: records.length, timestamp: 1_700_000_000_123 });
        const read: LogRecord[] = [];
        decodeBlock(block, 3, base + from, base + to, read);
        const expected = records
          .map((r, i) => ({ offset: base + i, r }))
          .filter(({ offset }) => offset >= base + from && offset < base + to);
        assert.equal(read.length, expected.length);
        expected.forEach(({ offset, r }, i) => {
          assert.equal(read[i]!.offset, offset);
          assert.equal(read[i]!.partition, 3);
          assert.deepEqual(read[i]!.key, r.key);
          assert.deepEqual(read[i]!.value, r.value);
          assert.deepEqual({ ...read[i]!.headers }, { ...r.headers });
        });
      },
    ),
  );
});
