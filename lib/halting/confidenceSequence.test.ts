import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { confidenceSequence, deviance, logBetaKernel, logETwoSided, phi, stirlingError } from './confidenceSequence.ts';

interface Vector {
  id: string;
  fn: string;
  in: Record<string, number>;
  out: Record<string, number>;
  tol: { abs: number; rel: number };
}

const functions: Record<string, (of: Record<string, number>) => Record<string, number>> = {
  stirling_error: ({ z }) => ({ value: stirlingError(z!) }),
  phi: ({ t }) => ({ value: phi(t!) }),
  D: ({ x, m }) => ({ value: deviance(x!, m!) }),
  K: ({ A, B, p }) => ({ value: logBetaKernel(A!, B!, p!) }),
  log_e_two_sided: ({ n, x, p }) => ({ value: logETwoSided(n!, x!, p!) }),
  confidence_sequence: ({ n, x, alpha }) => ({ ...confidenceSequence(n!, x!, alpha!) }),
};

const file = '../shared/halting-vectors.json';
const missing = existsSync(file) ? false : `${file} is not here`;
if (missing !== false && process.env.CI === 'true') throw new Error(missing);

test('the published vectors hold within their tolerance', { skip: missing }, () => {
  const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: Vector[] };
  const seen = new Set<string>();
  for (const { id, fn, in: input, out, tol } of vectors) {
    const got = functions[fn]?.(input);
    if (got === undefined) continue;
    seen.add(fn);
    for (const [name, value] of Object.entries(out)) {
      const difference = Math.abs(got[name]! - value);
      assert.ok(difference <= tol.abs + tol.rel * Math.abs(value), `${id} ${name}: ${got[name]} instead of ${value}`);
    }
  }
  for (const fn of ['stirling_error', 'phi', 'confidence_sequence']) assert.ok(seen.has(fn), `no vector of ${fn}`);
});

test('the interval holds the rate, lies in [0, 1], and never widens when alpha grows', () => {
  const counts = fc.tuple(fc.integer({ min: 1, max: 100_000 }), fc.double({ min: 0, max: 1, noNaN: true }));
  fc.assert(
    fc.property(counts, ([n, share]) => {
      const x = Math.round(n * share);
      const wide = confidenceSequence(n, x, 0.01);
      const narrow = confidenceSequence(n, x, 0.05);
      assert.ok(0 <= wide.lower && wide.lower <= narrow.lower && narrow.lower <= x / n);
      assert.ok(x / n <= narrow.upper && narrow.upper <= wide.upper && wide.upper <= 1);
    }),
  );
});

test('without observations nothing is known, and counts that are none are refused', () => {
  assert.deepEqual(confidenceSequence(0, 0, 0.05), { lower: 0, upper: 1 });
  for (const [n, x] of [
    [1, 2],
    [3, -1],
    [2.5, 1],
  ] as const) {
    assert.throws(() => confidenceSequence(n, x, 0.05), RangeError);
  }
});
