/**
 * The interval of a success rate that may be looked at after every single device.
 *
 * Source: the project's specification of rollout halting, §3 (numerics) and §4 (`log_e_two_sided`,
 * `confidence_sequence`): the mixture of binomial likelihood ratios with a Beta(1/2, 1/2) prior, kept where Ville's
 * inequality does not yet rule a rate out. Names are those of the specification, in camelCase.
 */

const halfLogTwoPi = 0.9189385332046727418;

/** ln Γ(z+1) − ((z + 1/2) ln z − z + ln √(2π)), the error of Stirling's formula, for z > 0. */
export function stirlingError(z: number): number {
  let at = z;
  let sum = 0;
  for (; at < 16; at += 1) sum += (at + 0.5) * Math.log1p(1 / at) - 1;
  const w = 1 / (at * at);
  return sum + (1 / at) * (1 / 12 - w * (1 / 360 - w * (1 / 1260 - w * (1 / 1680 - w / 1188))));
}

/** (1 + t) ln(1 + t) − t, also where the two nearly cancel. */
export function phi(t: number): number {
  if (t <= -1) return 1;
  if (Math.abs(t) >= 0.125) return (1 + t) * Math.log1p(t) - t;
  let sum = 0;
  let power = t;
  for (let k = 2; ; k += 1) {
    power *= -t;
    const next = sum - power / (k * (k - 1));
    if (next === sum) return sum;
    sum = next;
  }
}

/** m φ((x − m)/m): how far x lies from its mean m, as a deviance. */
export function deviance(x: number, m: number): number {
  return m * phi((x - m) / m);
}

/** ln( p^a (1 − p)^b / Beta(a, b) ). */
export function logBetaKernel(a: number, b: number, p: number): number {
  const n = a + b;
  return (
    0.5 * (Math.log(a) + Math.log(b) - Math.log(n)) -
    halfLogTwoPi +
    stirlingError(n) -
    stirlingError(a) -
    stirlingError(b) -
    deviance(a, n * p) -
    deviance(b, n * (1 - p))
  );
}

/** Evidence against the rate p after x of n, as the logarithm of an e-value. */
export function logETwoSided(n: number, x: number, p: number): number {
  return logBetaKernel(0.5, 0.5, p) - logBetaKernel(0.5 + x, 0.5 + (n - x), p);
}

/** All rates not ruled out at level alpha after x of n; [0, 1] without observations. Throws a RangeError on other counts. */
export function confidenceSequence(n: number, x: number, alpha: number): { lower: number; upper: number } {
  if (!Number.isInteger(n) || !Number.isInteger(x) || x < 0 || x > n) throw new RangeError(`no counts: ${x} of ${n}`);
  if (n === 0) return { lower: 0, upper: 1 };
  const bar = Math.log(1 / alpha);
  const kept = (p: number): boolean => logETwoSided(n, x, p) < bar;
  const rate = x / n;
  return { lower: x === 0 ? 0 : bisect(0, rate, kept), upper: x === n ? 1 : bisect(1, rate, kept) };
}

/** The end of the kept rates between one that is not and one that is. */
function bisect(outside: number, inside: number, kept: (p: number) => boolean): number {
  let [out, into] = [outside, inside];
  for (;;) {
    const middle = (out + into) / 2;
    if (middle === out || middle === into) return into;
    if (kept(middle)) into = middle;
    else out = middle;
  }
}
