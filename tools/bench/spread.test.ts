import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ratio, spread } from './spread.ts';

test('the median of an odd and of an even number of figures', () => {
  assert.deepEqual(spread([9, 1, 5]), { median: 5, min: 1, max: 9 });
  assert.deepEqual(spread([4, 1, 2, 9]), { median: 3, min: 1, max: 9 });
  assert.throws(() => spread([]), RangeError);
});

test('a ratio is taken within each round: a slow round of both sides bends nothing', () => {
  assert.deepEqual(ratio([300, 30, 330], [100, 10, 100]), { median: 3, min: 3, max: 3.3 });
});
