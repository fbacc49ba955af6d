import { confidenceSequence } from '../../lib/halting/confidenceSequence.ts';
import type { ReleaseOutcomes } from '../../lib/warehouse/queries/releaseOutcomes.ts';

const alpha = 0.05;

/** One release as the operator API gives it (docs/counting.md says what each number is). */
export interface ReleaseJson {
  release: string;
  channels: string[];
  devices: Record<'installed' | 'presumed' | 'healed' | 'failed' | 'silent' | 'in_progress' | 'excluded', number>;
  success_rate: {
    /** null without a single device that reported: no data is not 0 % and not 100 %. */
    value: number | null;
    lower: number | null;
    upper: number | null;
    numerator: number;
    denominator: number;
    interval: string;
    /** What the rate would be if every silent device had failed, or had succeeded. */
    bounds_with_silent: { lower: number | null; upper: number | null };
  };
  first_seen: string;
  last_seen: string;
  as_of: string;
}

export function releaseJson(outcomes: ReleaseOutcomes, asOf: Date): ReleaseJson {
  const { installed, presumed, healed, failed, silent, in_progress, excluded } = outcomes;
  const numerator = installed + healed;
  const denominator = numerator + failed;
  const interval = denominator === 0 ? undefined : confidenceSequence(denominator, numerator, alpha);
  const withSilent = denominator + silent;
  return {
    release: outcomes.release,
    channels: outcomes.channels,
    devices: { installed, presumed, healed, failed, silent, in_progress, excluded },
    success_rate: {
      value: denominator === 0 ? null : numerator / denominator,
      lower: interval?.lower ?? null,
      upper: interval?.upper ?? null,
      numerator,
      denominator,
      interval: '95 % confidence sequence, of devices that reported so far',
      bounds_with_silent: {
        lower: withSilent === 0 ? null : numerator / withSilent,
        upper: withSilent === 0 ? null : (numerator + silent) / withSilent,
      },
    },
    first_seen: new Date(outcomes.first_seen).toISOString(),
    last_seen: new Date(outcomes.last_seen).toISOString(),
    as_of: asOf.toISOString(),
  };
}
