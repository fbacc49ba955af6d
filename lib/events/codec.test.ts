import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { testEvent } from '../../test/updateEvent.ts';
import { hasCode } from '../runtime/errors.ts';
import { createEventCodec, HEADER_BYTES } from './codec.ts';
import type { UpdateEvent } from './generated/update-event.ts';
import { loadSchemas } from './schemas.ts';

const registry = loadSchemas();
const codec = createEventCodec(registry);
const { type } = registry.byId(codec.schemaId)!;

const text = fc.string({ unit: 'grapheme' });
const whole = fc.option(fc.integer({ min: 0, max: 2 ** 52 }));
const event = fc
  .record({
    device_id: text,
    kind: text,
    at: fc.integer({ min: 0, max: 4e12 }),
    release: text,
    error_message: fc.string({ unit: 'binary', maxLength: 2000 }).map((each) => Buffer.from(each).toString()),
    bytes: whole,
    progress: whole,
    sent_at: whole,
    is_emulator: fc.boolean(),
    skew_ms: fc.integer(),
    // avsc reads a map into a plain object, which cannot hold this one name.
    attributes: fc.dictionary(
      text.filter((name) => name !== '__proto__'),
      text,
      { maxKeys: 20, noNullPrototype: true },
    ),
  })
  .map(testEvent);

test('what is encoded is decoded as it was, and as another reader of Avro sees it', () => {
  fc.assert(
    fc.property(event, (each) => {
      const value = codec.encode(each);
      assert.equal(value[0], 0);
      assert.equal(value.readUInt32BE(1), codec.schemaId);
      assert.deepEqual({ ...codec.decode(value).event }, each);
      assert.deepEqual({ ...(type.fromBuffer(value.subarray(HEADER_BYTES)) as UpdateEvent) }, each);
    }),
    { numRuns: 300 },
  );
});

test('a record keeps its bytes whatever is encoded after it, larger ones than a slab included', () => {
  const sizes = [10, 5_000, 300_000, 10, 1_000_000, 10, ...Array<number>(2_000).fill(500)];
  const events = sizes.map((size, index) =>
    testEvent({ device_id: `${index}`, kind: 'other', at: index, error_message: 'x'.repeat(size) }),
  );
  const values = events.map((each) => codec.encode(each));
  for (const [index, value] of values.entries()) assert.deepEqual({ ...codec.decode(value).event }, events[index]);
});

test('bytes that are not exactly one record are refused by a code, and never quoted', () => {
  const whole = codec.encode(testEvent({ device_id: 'secret-phone', kind: 'activated', at: 1 }));
  const otherSchema = Buffer.from(whole);
  otherSchema.writeUInt32BE(4711, 1);
  const refusals: [Buffer, 'undecodable' | 'unknown_schema'][] = [
    [Buffer.alloc(0), 'undecodable'],
    [Buffer.from([1, ...whole.subarray(1)]), 'undecodable'],
    [Buffer.concat([whole, Buffer.from([0])]), 'undecodable'],
    [otherSchema, 'unknown_schema'],
    ...Array.from({ length: whole.length }, (_, cut): [Buffer, 'undecodable'] => [
      whole.subarray(0, cut),
      'undecodable',
    ]),
  ];
  for (const [value, code] of refusals) {
    assert.throws(
      () => codec.decode(value),
      (error: Error) => hasCode(error, code) && !error.message.includes('secret'),
    );
  }
});

test('an event that lacks a field, or has one of another type, is not encoded', () => {
  const good = testEvent({ device_id: 'a', kind: 'activated', at: 1 });
  assert.throws(() => codec.encode({ ...good, app_id: undefined } as unknown as UpdateEvent));
  assert.throws(() => codec.encode({ ...good, received_at: 'now' } as unknown as UpdateEvent));
});
