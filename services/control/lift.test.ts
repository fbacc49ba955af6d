import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lift } from './lift.ts';

test('a difference has to show: the rates alone do not make a verdict', () => {
  assert.deepEqual(lift({ n: 50, x: 25 }, { n: 150, x: 3 }, 0.05), { value: 25, verdict: 'higher' });
  assert.deepEqual(lift({ n: 150, x: 3 }, { n: 50, x: 25 }, 0.05), { value: 0.04, verdict: 'lower' });
  // Three times as likely, and yet four devices of forty.
  assert.deepEqual(lift({ n: 40, x: 6 }, { n: 400, x: 20 }, 0.05), { value: 3, verdict: 'not_shown' });
  assert.deepEqual(lift({ n: 9, x: 9 }, { n: 400, x: 0 }, 0.05), { value: null, verdict: 'too_small' });
  assert.deepEqual(lift({ n: 400, x: 2 }, { n: 400, x: 0 }, 0.05), { value: null, verdict: 'too_small' });
});

test('where nothing else failed there is no ratio, and a verdict all the same', () => {
  assert.deepEqual(lift({ n: 50, x: 40 }, { n: 150, x: 0 }, 0.05), { value: null, verdict: 'higher' });
});

test('the verdict of the rest is the opposite of that of the segment', () => {
  const counts = fc
    .integer({ min: 1, max: 2000 })
    .chain((n) => fc.record({ n: fc.constant(n), x: fc.integer({ min: 0, max: n }) }));
  const opposite = { higher: 'lower', lower: 'higher', not_shown: 'not_shown', too_small: 'too_small' } as const;
  fc.assert(
    fc.property(counts, counts, (segment, rest) => {
      assert.equal(lift(rest, segment, 0.01).verdict, opposite[lift(segment, rest, 0.01).verdict]);
    }),
  );
});
