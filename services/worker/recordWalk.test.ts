import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import avro from 'avsc';
import fc from 'fast-check';
import { compileWalk, readLong, type AvroSchema } from './recordWalk.ts';
import { encodeLong } from './frame.ts';

const schema = JSON.parse(readFileSync('schemas/update-event.v1.avsc', 'utf8')) as { fields: { name: string }[] };
const type = avro.Type.forSchema(schema as avro.Schema);
const walk = compileWalk(schema as AvroSchema);

function arbitraryOf(field: avro.Type): fc.Arbitrary<unknown> {
  switch (field.typeName) {
    case 'string':
      return fc.string({ unit: 'grapheme', maxLength: 200 });
    case 'boolean':
      return fc.boolean();
    case 'map':
      return fc.dictionary(fc.string({ maxLength: 10 }), fc.string({ maxLength: 100 }), { maxKeys: 20 });
    case 'long':
      return fc.integer({ min: -(2 ** 51), max: 2 ** 51 });
    case 'logical:timestamp-millis':
      return fc.integer({ min: -(2 ** 51), max: 2 ** 51 });
    default:
      return fc.option(fc.integer({ min: -(2 ** 51), max: 2 ** 51 }), { nil: null });
  }
}

const events = fc.record(
  Object.fromEntries(
    (type as unknown as { fields: { name: string; type: avro.Type }[] }).fields.map((field) => [
      field.name,
      arbitraryOf(field.type),
    ]),
  ),
);

test('a record is walked to its very end, and to nothing else', () => {
  fc.assert(
    fc.property(events, fc.nat({ max: 50 }), fc.uint8Array({ maxLength: 40 }), (event, cut, tail) => {
      const bytes = type.toBuffer(event);
      assert.equal(walk(bytes, 0, bytes.length), bytes.length);
      const longer = Buffer.concat([bytes, tail]);
      assert.equal(walk(longer, 0, longer.length), bytes.length);
      const shorter = bytes.subarray(0, Math.max(0, bytes.length - 1 - cut));
      assert.equal(walk(shorter, 0, shorter.length), -1);
    }),
    { numRuns: 500 },
  );
});

test('bytes from anywhere never throw and never lead outside', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const next = walk(Buffer.from(bytes), 0, bytes.length);
      assert.ok(next === -1 || next <= bytes.length);
    }),
    { numRuns: 2000 },
  );
});

test('a forged count of entries ends at once', () => {
  const array = compileWalk({ type: 'array', items: 'null' });
  const bytes = Buffer.concat([encodeLong(2 ** 50), encodeLong(0)]);
  assert.equal(array(bytes, 0, bytes.length), -1);
});

test('longs are read as Avro writes them', () => {
  const long = avro.Type.forSchema('long');
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 51), max: 2 ** 51 }), (value) => {
      const bytes = long.toBuffer(value);
      assert.deepEqual(readLong(bytes, 0, bytes.length), { value, next: bytes.length });
      if (value >= 0) assert.deepEqual(encodeLong(value), bytes);
    }),
  );
});
