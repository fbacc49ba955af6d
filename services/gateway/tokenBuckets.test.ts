import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TokenBuckets } from './tokenBuckets.ts';

test('a bucket is full at first, is spent, and fills again with time', () => {
  const buckets = new TokenBuckets({ perSecond: 10, burst: 20 }, 100);
  assert.equal(buckets.take('a', 15, 0), 0);
  assert.equal(buckets.take('a', 10, 0), 500, '5 are missing, at 10 a second');
  assert.equal(buckets.take('a', 10, 499), 1);
  assert.equal(buckets.take('a', 10, 500), 0);
  assert.equal(buckets.take('b', 20, 500), 0, 'another name has a bucket of its own');
});

test('more than a burst is served as a burst, and no rate is no limit', () => {
  const buckets = new TokenBuckets({ perSecond: 10, burst: 20 }, 100);
  assert.equal(buckets.take('a', 1000, 0), 0);
  assert.equal(buckets.take('a', 1000, 0), 2000);
  const open = new TokenBuckets({ perSecond: 0, burst: 0 }, 100);
  assert.equal(open.take('a', 1e9, 0), 0);
});

test('asking how long to wait spends nothing, and after the wait the tokens are there', () => {
  const step = fc.record({ n: fc.integer({ min: 1, max: 40 }), after: fc.integer({ min: 0, max: 3000 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const buckets = new TokenBuckets({ perSecond: 7, burst: 20 }, 100);
      let now = 0;
      for (const { n, after } of steps) {
        now += after;
        const wait = buckets.wait('a', n, now);
        assert.equal(buckets.wait('a', n, now), wait);
        assert.equal(buckets.take('a', n, now), wait);
        if (wait === 0) continue;
        assert.equal(buckets.wait('a', n, now + wait), 0);
      }
    }),
  );
});

test('above the most names the one used longest ago is forgotten', () => {
  const buckets = new TokenBuckets({ perSecond: 1, burst: 1 }, 2);
  for (const name of ['a', 'b', 'c']) assert.equal(buckets.take(name, 1, 0), 0);
  assert.equal(buckets.take('c', 1, 0), 1000);
  assert.equal(buckets.take('a', 1, 0), 0);
});
