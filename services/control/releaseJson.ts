import { confidenceSequence } from '../../lib/halting/confidenceSequence.ts';
import type { DownloadFigures } from '../../lib/warehouse/queries/downloads.ts';
import type { OutcomeCounts, ReleaseOutcomes } from '../../lib/warehouse/queries/releaseOutcomes.ts';
import { iso } from './iso.ts';
import { count, list, named, nullable, number, object, text, time, type Json } from './schema.ts';

const alpha = 0.05;

const outcomeProperties = {
  installed: count('Confirmed or presumed, and never failed.'),
  presumed: count('Those of `installed` that activated it, with nothing bad within the confirm time.'),
  healed: count('Failed at least once, and installed after the last failure.'),
  failed: count('The last word is a failure.'),
  silent: count('Took part, and said nothing final within the silence time.'),
  in_progress: count('Took part, and neither time is over.'),
};

/** Devices by outcome, where excluded ones are not asked for apart. */
export const outcomesSchema = object(outcomeProperties);

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

export const harmSchema = object(
  {
    n: count('All devices that took part.'),
    x: count('Those of them with a hard failure received within the outcome window. It never goes away.'),
    rate: nullable(number('x / n; null without a device.')),
    window_seconds: count('The outcome window.'),
  },
  'What the guard of a rollout tests.',
);

const downloadsSchema = object(
  {
    devices: count('Devices with a completed download.'),
    p50_ms: nullable(number('Half of the devices took no longer.')),
    p90_ms: nullable(number('Nine of ten took no longer.')),
    p99_ms: nullable(number('99 of 100 took no longer.')),
    bytes: nullable(number('Bytes of all these downloads together.')),
  },
  "Each device's last completed download. A figure that no device sent is null.",
);

export const freshnessSchema = object(
  {
    newest_received_at: nullable(time('When the newest stored event of the app was received; null without any.')),
    seconds: nullable(number('How long ago that was.')),
  },
  'How far the numbers reach. A quiet app looks the same as a stopped pipeline here: `/v1/doctor` tells them apart.',
);

export const releaseSchema = named(
  'Release',
  object({
    release: text('The release.'),
    channels: list(text('A channel.'), 'Channels on which devices enrolled.'),
    devices: object({ ...outcomeProperties, excluded: count('Debug builds and emulators, in none of the others.') }),
    success_rate: successRateSchema,
    harm: harmSchema,
    downloads: downloadsSchema,
    first_seen: time('First event of a device that takes part.'),
    last_seen: time('Newest event of one.'),
    freshness: freshnessSchema,
    as_of: time('The moment that the answer is about.'),
  }),
);

export type ReleaseJson = Json<typeof releaseSchema>;

export function outcomesJson(counts: OutcomeCounts): Json<typeof outcomesSchema> {
  const { installed, presumed, healed, failed, silent, in_progress } = counts;
  return { installed, presumed, healed, failed, silent, in_progress };
}

/** No data is not 0 % and not 100 %: without a device that reported there is no rate. */
export function successRate(counts: OutcomeCounts): Json<typeof successRateSchema> {
  const numerator = counts.installed + counts.healed;
  const denominator = numerator + counts.failed;
  const interval = denominator === 0 ? undefined : confidenceSequence(denominator, numerator, alpha);
  const withSilent = denominator + counts.silent;
  return {
    value: denominator === 0 ? null : numerator / denominator,
    lower: interval?.lower ?? null,
    upper: interval?.upper ?? null,
    numerator,
    denominator,
    interval: '95 % confidence sequence, of devices that reported so far',
    bounds_with_silent: {
      lower: withSilent === 0 ? null : numerator / withSilent,
      upper: withSilent === 0 ? null : (numerator + counts.silent) / withSilent,
    },
  };
}

export function harm({ enrolled, harmed }: OutcomeCounts, windowSeconds: number): Json<typeof harmSchema> {
  return { n: enrolled, x: harmed, rate: enrolled === 0 ? null : harmed / enrolled, window_seconds: windowSeconds };
}

export function freshness(newest: number | undefined, asOf: Date): Json<typeof freshnessSchema> {
  if (newest === undefined) return { newest_received_at: null, seconds: null };
  return { newest_received_at: iso(newest), seconds: Math.max(0, (asOf.getTime() - newest) / 1000) };
}

export interface ReleaseParts {
  outcomes: ReleaseOutcomes;
  downloads: DownloadFigures | undefined;
  /** Receipt of the app's newest stored event, epoch ms. */
  newest: number | undefined;
  asOf: Date;
  windowSeconds: number;
}

/** One release as the operator API gives it (docs/counting.md says what each number is). */
export function releaseJson({ outcomes, downloads, newest, asOf, windowSeconds }: ReleaseParts): ReleaseJson {
  return {
    release: outcomes.release,
    channels: outcomes.channels,
    devices: { ...outcomesJson(outcomes), excluded: outcomes.excluded },
    success_rate: successRate(outcomes),
    harm: harm(outcomes, windowSeconds),
    downloads: {
      devices: downloads?.devices ?? 0,
      p50_ms: downloads?.p50_ms ?? null,
      p90_ms: downloads?.p90_ms ?? null,
      p99_ms: downloads?.p99_ms ?? null,
      bytes: downloads?.bytes ?? null,
    },
    first_seen: iso(outcomes.first_seen),
    last_seen: iso(outcomes.last_seen),
    freshness: freshness(newest, asOf),
    as_of: iso(asOf.getTime()),
  };
}
