import type { Counts } from './story.ts';

/** What the test reads of a release as `GET /v1/apps/{app}/releases` gives it. */
export interface ReportedRelease {
  release: string;
  devices: Record<'installed' | 'presumed' | 'healed' | 'failed' | 'silent' | 'in_progress' | 'excluded', number>;
  success_rate: {
    value: number | null;
    lower: number | null;
    upper: number | null;
    numerator: number;
    denominator: number;
  };
  harm: { n: number; x: number; rate: number | null };
}

/** Ends of the interval by `numerator/denominator`: solved from the formula with 30 digits, not by the product's code. */
const intervals: Record<string, [lower: number, upper: number]> = {
  '0/1': [0, 0.975],
  '1/1': [0.025, 1],
  '0/2': [0, 0.863069360623708],
  '1/2': [0.00628955854671252, 0.993710441453287],
  '2/2': [0.136930639376292, 1],
  '4/5': [0.203548139424777, 0.998625268527755],
  '3/4': [0.130989030197122, 0.998035317807629],
  '4/6': [0.147241039992213, 0.980780577678326],
};

/** To as many digits as the intervals above have. */
const rounded = (value: number | null): number | null => (value === null ? null : Number(value.toFixed(12)));

/** The numbers that a release must have. */
export function expectedNumbers(counts: Counts): unknown {
  const { installed = 0, presumed = 0, healed = 0, failed = 0, silent = 0, in_progress = 0, excluded = 0 } = counts;
  const numerator = installed + healed;
  const denominator = numerator + failed;
  const [lower, upper] = denominator === 0 ? [null, null] : intervals[`${numerator}/${denominator}`]!;
  const value = denominator === 0 ? null : numerator / denominator;
  const n = denominator + silent + in_progress;
  const x = counts.harmed ?? 0;
  return {
    devices: { installed, presumed, healed, failed, silent, in_progress, excluded },
    success_rate: { value, lower: rounded(lower), upper: rounded(upper), numerator, denominator },
    harm: { n, x, rate: n === 0 ? null : x / n },
  };
}

/** The same numbers as the API gives them. */
export function reportedNumbers(release: ReportedRelease): unknown {
  const { installed, presumed, healed, failed, silent, in_progress, excluded } = release.devices;
  const { value, lower, upper, numerator, denominator } = release.success_rate;
  const { harm } = release;
  return {
    devices: { installed, presumed, healed, failed, silent, in_progress, excluded },
    success_rate: { value, lower: rounded(lower), upper: rounded(upper), numerator, denominator },
    harm: { n: harm.n, x: harm.x, rate: harm.rate },
  };
}

/** A release that nobody takes part in is not reported at all. */
export function isReported(counts: Counts): boolean {
  return Object.values(counts).some((count) => count > 0);
}
