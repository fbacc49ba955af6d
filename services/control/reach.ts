import { count, nullable, number, object, time, word, type Json } from './schema.ts';
import { iso } from './iso.ts';

/** Fewer adopters than this in the window say nothing about the pace. */
const fewest = 10;
const farthestMs = 90 * 24 * 60 * 60 * 1000;
/** Two-sided 95 % of a normal distribution. */
const z = 1.96;

export const reachSchema = object(
  {
    share: number('Share of the active devices.'),
    state: word(
      ['reached', 'forecast', 'too_few', 'not_in_sight'],
      '`reached`: the time is measured; `forecast`: computed from the pace of the window; `too_few`: fewer than 10 devices adopted it in the window; `not_in_sight`: at this pace it takes more than 90 days.',
    ),
    at: nullable(time('When the share was, or would be, reached.')),
    seconds: nullable(count('The same, since the start of the rollout.')),
    earliest: nullable(time('Of a forecast: with the fastest pace that the devices of the window allow (95 %).')),
    latest: nullable(time('Of a forecast: with the slowest such pace; null where that is not in sight.')),
  },
  'When a share of the active devices has installed the release last.',
);

export interface Pace {
  /** Active devices, those that adopted the release, and those of them that did so in the window. */
  active: number;
  adopted: number;
  recent: number;
  windowMs: number;
  /** Epoch ms. */
  start: number;
  asOf: number;
}

const nowhere = { at: null, seconds: null, earliest: null, latest: null };

/** The share has been reached, at this moment. */
export function reached(share: number, at: number, start: number): Json<typeof reachSchema> {
  const seconds = Math.max(0, Math.round((at - start) / 1000));
  return { share, state: 'reached', at: iso(at), seconds, earliest: null, latest: null };
}

/**
 * When the share would be reached if the devices that have not adopted the release go on doing so at the pace of the window:
 * each with the same chance a second, so that what is left decays exponentially. The band comes from the number of
 * adopters in the window alone (a Poisson count); a change of the stage or of the hour of the day is not in it.
 */
export function forecast(share: number, pace: Pace): Json<typeof reachSchema> {
  const { active, adopted, recent, windowMs, start, asOf } = pace;
  if (recent < fewest) return { share, state: 'too_few', ...nowhere };
  const left = active - adopted;
  const target = (1 - share) * active;
  const hazard = (adopters: number): number => Math.log((left + adopters) / left) / windowMs;
  const time = (adopters: number): number | undefined => {
    const wait = Math.log(left / target) / hazard(adopters);
    return wait <= farthestMs ? asOf + Math.round(wait) : undefined;
  };
  const at = time(recent);
  if (at === undefined) return { share, state: 'not_in_sight', ...nowhere };
  const spread = z * Math.sqrt(recent);
  const latest = time(recent - spread);
  return {
    share,
    state: 'forecast',
    at: iso(at),
    seconds: Math.round((at - start) / 1000),
    earliest: iso(time(recent + spread) ?? at),
    latest: latest === undefined ? null : iso(latest),
  };
}
