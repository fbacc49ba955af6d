import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';

const page = (name: string): string => pathToFileURL(resolve('services/control/page', name)).href;

// The page is plain JavaScript without types; these are what the tests use of it.
const { percent, interval, span } = (await import(page('format.js'))) as {
  percent: (share: number) => string;
  interval: (lower: number, upper: number) => string;
  span: (ms: number) => string;
};
const { rateTicks, countTicks, clockTicks } = (await import(page('ticks.js'))) as {
  rateTicks: (least: number) => { least: number; ticks: number[] };
  countTicks: (largest: number) => { most: number; ticks: number[] };
  clockTicks: (first: number, end: number, width: number) => { step: number; times: number[] };
};
const { createHistory } = (await import(page('history.js'))) as {
  createHistory: () => { add(at: number, releases: unknown[], gap: boolean): void; of(name: string): Sample[] };
};

interface Sample {
  at: number;
  gap: boolean;
}

const number = (text: string): number => parseFloat(text);
const share = fc.double({ min: 0, max: 1, noNaN: true });

test('a share is never shown as all or none when it is not', () => {
  assert.equal(percent(1), '100.0\u202f%');
  assert.equal(percent(0.99999), '99.9\u202f%');
  assert.equal(percent(0), '0.0\u202f%');
  assert.equal(percent(0.00001), '0.1\u202f%');
  fc.assert(
    fc.property(share, (value) => {
      const shown = number(percent(value));
      assert.ok(Math.abs(shown - value * 100) <= 0.1 + 1e-9);
      assert.equal(shown === 100, value === 1);
      assert.equal(shown === 0, value === 0);
    }),
  );
});

test('an interval is never shown narrower than it is', () => {
  assert.equal(interval(0.9124, 0.9801), '91.2–98.1\u202f%');
  assert.equal(interval(0.912, 0.981), '91.2–98.1\u202f%');
  fc.assert(
    fc.property(share, share, (a, b) => {
      const [lower, upper] = [Math.min(a, b), Math.max(a, b)];
      const [low, high] = interval(lower, upper).split('–').map(number);
      assert.ok(low! <= lower * 100 + 1e-6 && low! > lower * 100 - 0.1001);
      assert.ok(high! >= upper * 100 - 1e-6 && high! < upper * 100 + 0.1001);
    }),
  );
});

test('a span is told in its largest fitting unit', () => {
  assert.deepEqual([-5, 1400, 119_000, 120_000, 7_200_000, 200_000_000].map(span), [
    '0 s',
    '1 s',
    '119 s',
    '2 min',
    '2 h',
    '2 days',
  ]);
});

test('an axis holds all its values, in a few even steps', () => {
  fc.assert(
    fc.property(share, (leastRate) => {
      const { least, ticks } = rateTicks(leastRate);
      assert.ok(least <= leastRate && least >= 0);
      assert.ok(ticks.length >= 2 && ticks.length <= 6 && ticks.every((tick) => tick >= least - 1e-9 && tick <= 1));
    }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), (largest) => {
      const { most, ticks } = countTicks(largest);
      assert.ok(most >= largest && most <= largest * 3 + 1);
      assert.ok(ticks.length >= 2 && ticks.length <= 4 && ticks.every(Number.isInteger));
    }),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 60_000, max: 7 * 86_400_000 }),
      fc.integer({ min: 200, max: 1200 }),
      (long, width) => {
        const first = Date.UTC(2026, 0, 1, 12, 0, 7);
        const { step, times } = clockTicks(first, first + long, width);
        assert.ok(times.every((at) => at % step === 0 && at >= first && at <= first + long));
        assert.ok((times.length - 1) * 74 <= width, 'labels have room');
      },
    ),
  );
});

test('what was seen stays in bounded memory, keeps its begin and its latest, and no gap is lost', () => {
  const history = createHistory();
  const release = { release: '1', devices: { failed: 0 }, success_rate: {} };
  const gaps = [500, 1501, 3002];
  for (let at = 0; at < 5000; at += 1) history.add(at, [release], gaps.includes(at));
  const samples = history.of('1');
  assert.ok(samples.length <= 1200, `${samples.length} samples`);
  assert.equal(samples[0]!.at, 0);
  assert.deepEqual(
    samples.slice(-400).map(({ at }) => at),
    Array.from({ length: 400 }, (_, at) => 4600 + at),
  );
  assert.equal(samples.filter(({ gap }) => gap).length, gaps.length);
  assert.ok(samples.every(({ at }, index) => index === 0 || at > samples[index - 1]!.at));
  assert.deepEqual(history.of('2'), []);
});
