import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { boundOfBytes, largerAsJson } from './jsonSize.ts';

/** What `JSON.parse` gives, texts of control characters and lone surrogates among it. */
const object = fc
  .dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' }))
  .map((value) => JSON.parse(JSON.stringify(value)) as object);

test('the bound is never below the bytes, so that no large object passes as a small one', () => {
  fc.assert(
    fc.property(object, (value) => {
      assert.ok(boundOfBytes(value, 1) >= Buffer.byteLength(JSON.stringify(value)));
      assert.ok(boundOfBytes(value, 9) >= Buffer.byteLength(JSON.stringify(value)));
    }),
    { numRuns: 2000 },
  );
});

test('the widest characters and numbers are within the bound', () => {
  for (const widest of ['\u001f'.repeat(50), '\ud800'.repeat(50), '😀'.repeat(50), -1.7976931348623157e308, 5e-324]) {
    const value = { a: widest, b: { c: widest }, d: [widest, widest] };
    assert.ok(boundOfBytes(value, 1) >= Buffer.byteLength(JSON.stringify(value)));
  }
});

test('the answer is that of the JSON itself', () => {
  fc.assert(
    fc.property(object, fc.nat({ max: 300 }), (value, most) => {
      assert.equal(largerAsJson(value, most), Buffer.byteLength(JSON.stringify(value)) > most);
    }),
  );
});

test('what is nested too deep for JSON is larger, and is no fault', () => {
  let deep: object = {};
  for (let level = 0; level < 100_000; level += 1) deep = { deep };
  assert.equal(largerAsJson(deep, 1e9), true);
});
