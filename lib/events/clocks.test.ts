import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { correctClock } from './skew.ts';
import { parseTime } from './time.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 5, 1, 12);

test('a clock that is two hours off is corrected by what it said at sending', () => {
  const fast = correctClock(now + 2 * 3_600_000 - 5_000, now + 2 * 3_600_000, now);
  assert.deepEqual(fast, {
    occurred_at: now - 5_000,
    device_clock: now + 2 * 3_600_000 - 5_000,
    sent_at: now + 2 * 3_600_000,
    skew_ms: -2 * 3_600_000,
  });
  assert.equal(correctClock(now - 3 * day, null, now).occurred_at, now - 3 * day, 'offline for days is no skew');
});

test('without a clock the time of receipt stands in', () => {
  assert.deepEqual(correctClock(null, null, now), { occurred_at: now, device_clock: now, sent_at: null, skew_ms: 0 });
});

test('the corrected clock stays near the receipt, the raw one within what a column holds, and its order is kept', () => {
  const clock = fc.integer({ min: -8e15, max: 8e15 });
  fc.assert(
    fc.property(clock, clock, fc.option(clock), (one, other, sent) => {
      const [first, second] = [Math.min(one, other), Math.max(one, other)];
      const [a, b] = [correctClock(first, sent, now), correctClock(second, sent, now)];
      for (const { occurred_at, device_clock } of [a, b]) {
        assert.ok(occurred_at >= now - 30 * day && occurred_at <= now + day);
        assert.ok(device_clock >= Date.UTC(1900, 0, 1) && device_clock < Date.UTC(2300, 0, 1));
      }
      assert.ok(a.device_clock <= b.device_clock);
    }),
  );
});

test('times are RFC 3339 with an offset, or epoch ms', () => {
  const times: [string | number, number | undefined][] = [
    ['2026-06-01T12:00:00Z', now],
    ['2026-06-01t12:00:00.5z', now + 500],
    ['2026-06-01 14:00:00.123456789+02:00', now + 123],
    ['2026-06-01T06:30:00-05:30', now],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['2016-12-31T23:59:60Z', Date.UTC(2016, 11, 31, 23, 59, 59)],
    ['0001-01-01T00:00:00Z', -62_135_596_800_000],
    [1_780_315_200_000.4, 1_780_315_200_000],
    [0, 0],
    ['2026-06-01T12:00:00', undefined],
    ['2026-06-01', undefined],
    ['2026-02-30T00:00:00Z', undefined],
    ['2025-02-29T00:00:00Z', undefined],
    ['2026-13-01T00:00:00Z', undefined],
    ['2026-06-01T24:00:00Z', undefined],
    ['2026-06-01T12:00:00+24:00', undefined],
    ['yesterday', undefined],
    [Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, undefined],
    [8.65e15, undefined],
  ];
  for (const [given, expected] of times) assert.equal(parseTime(given), expected, String(given));
});

test('what Date writes is read back', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
      assert.equal(parseTime(date.toISOString()), date.getTime());
    }),
  );
});
