import { confidenceSequence } from '../../lib/halting/confidenceSequence.ts';
import type { ReleaseOutcomes } from '../../lib/warehouse/queries/releaseOutcomes.ts';
import { iso } from './iso.ts';
import { count, list, named, nullable, number, object, text, time, type Json } from './schema.ts';

const alpha = 0.05;

export const devicesSchema = object({
  installed: count('Confirmed, or presumed so, and never failed.'),
  presumed: count('Those of `installed` that only activated it, with nothing bad within the confirm time.'),
  healed: count('Failed at least once, and installed after the last failure.'),
  failed: count('The last word is a failure.'),
  silent: count('Took part and said nothing final within the silence time.'),
  in_progress: count('Took part, and neither time is over.'),
  excluded: count('Debug builds and emulators, in none of the others.'),
});

export const successRateSchema = object({
  value: nullable(
    number('(installed + healed) / (installed + healed + failed); null without a single device that reported.'),
  ),
  lower: nullable(number('Lower end of the interval.')),
  upper: nullable(number('Upper end of the interval.')),
  numerator: count('installed + healed'),
  denominator: count('installed + healed + failed'),
  interval: text('What the interval is.'),
  bounds_with_silent: object(
    { lower: nullable(number('All silent ones failed.')), upper: nullable(number('All silent ones succeeded.')) },
    'What the rate would be if every silent device had failed, or had succeeded.',
  ),
});

export const releaseSchema = named(
  'Release',
  object({
    release: text('The release.'),
    channels: list(text('A channel.'), 'Channels on which devices enrolled.'),
    devices: devicesSchema,
    success_rate: successRateSchema,
    first_seen: time('First event of a device that takes part.'),
    last_seen: time('Newest event of one.'),
    as_of: time('The moment that the answer is about.'),
  }),
);

export type ReleaseJson = Json<typeof releaseSchema>;

type Outcomes = Pick<ReleaseOutcomes, 'installed' | 'healed' | 'failed' | 'silent'>;

/** No data is not 0 % and not 100 %: without a device that reported there is no rate. */
export function successRate({ installed, healed, failed, silent }: Outcomes): Json<typeof successRateSchema> {
  const numerator = installed + healed;
  const denominator = numerator + failed;
  const interval = denominator === 0 ? undefined : confidenceSequence(denominator, numerator, alpha);
  const withSilent = denominator + silent;
  return {
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
  };
}

/** One release as the operator API gives it (docs/counting.md says what each number is). */
export function releaseJson(outcomes: ReleaseOutcomes, asOf: Date): ReleaseJson {
  const { installed, presumed, healed, failed, silent, in_progress, excluded } = outcomes;
  return {
    release: outcomes.release,
    channels: outcomes.channels,
    devices: { installed, presumed, healed, failed, silent, in_progress, excluded },
    success_rate: successRate(outcomes),
    first_seen: iso(outcomes.first_seen),
    last_seen: iso(outcomes.last_seen),
    as_of: iso(asOf.getTime()),
  };
}
