import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { forecast, reached, type Pace } from './reach.ts';

const hour = 60 * 60 * 1000;
const start = Date.UTC(2026, 0, 1);

/** 1,000 active devices, of which each that is left adopts the release with the same chance an hour. */
function decaying(hours: number, chance: number, windowHours: number): Pace {
  const adoptedAfter = (h: number): number => Math.round(1000 * (1 - (1 - chance) ** h));
  const adopted = adoptedAfter(hours);
  return {
    active: 1000,
    adopted,
    recent: adopted - adoptedAfter(hours - windowHours),
    windowMs: windowHours * hour,
    start,
    asOf: start + hours * hour,
  };
}

test('a fleet that adopts at a steady pace reaches its share when the forecast says', () => {
  const answer = forecast(0.95, decaying(9, 0.1, 3));
  assert.equal(answer.state, 'forecast');
  // 1 − 0.9^h = 0.95 at h = 28.4.
  assert.ok(Math.abs(answer.seconds! / 3600 - 28.4) < 0.5, `${answer.seconds! / 3600} h`);
  assert.ok(answer.earliest! < answer.at! && answer.at! < answer.latest!);
});

test('few adopters say nothing, and a pace of months is out of sight', () => {
  const pace = { active: 1000, adopted: 9, recent: 9, windowMs: hour, start, asOf: start + hour };
  assert.deepEqual(forecast(0.5, pace), {
    share: 0.5,
    state: 'too_few',
    at: null,
    seconds: null,
    earliest: null,
    latest: null,
  });
  const slow = { active: 1_000_000, adopted: 100, recent: 12, windowMs: 24 * hour, start, asOf: start + 24 * hour };
  assert.equal(forecast(0.5, slow).state, 'not_in_sight');
});

test('a share that was reached is told by its time', () => {
  assert.deepEqual(reached(0.5, start + 90_000, start), {
    share: 0.5,
    state: 'reached',
    at: '2026-01-01T00:01:30.000Z',
    seconds: 90,
    earliest: null,
    latest: null,
  });
});

test('every forecast lies ahead, within its band, and later for a larger share', () => {
  const paces = fc
    .record({
      active: fc.integer({ min: 30, max: 1_000_000 }),
      adopted: fc.double({ min: 0.05, max: 0.49, noNaN: true }),
      recent: fc.double({ min: 0.01, max: 1, noNaN: true }),
      windowMs: fc.integer({ min: 60_000, max: 24 * hour }),
    })
    .map(({ active, adopted, recent, windowMs }): Pace => {
      const count = Math.floor(active * adopted);
      return { active, adopted: count, recent: Math.ceil(count * recent), windowMs, start, asOf: start + 3 * windowMs };
    });
  fc.assert(
    fc.property(paces, (pace) => {
      const [half, most] = [forecast(0.5, pace), forecast(0.95, pace)];
      for (const { state, at, earliest, latest } of [half, most]) {
        if (state !== 'forecast') continue;
        assert.ok(Date.parse(at!) >= pace.asOf && earliest! <= at! && (latest === null || at! <= latest));
      }
      if (half.state === 'forecast' && most.state === 'forecast') assert.ok(half.seconds! <= most.seconds!);
      if (half.state === 'not_in_sight') assert.equal(most.state, 'not_in_sight');
    }),
  );
});
