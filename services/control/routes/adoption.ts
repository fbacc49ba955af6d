import type { FastifyInstance } from 'fastify';
import {
  adoptionCounts,
  adoptionSteps,
  adoptionTime,
  rolloutStart,
  type AdoptionQuestion,
} from '../../../lib/warehouse/queries/adoption.ts';
import { iso } from '../iso.ts';
import type { ControlOptions } from '../options.ts';
import { forecast, reached, reachSchema, type Pace } from '../reach.ts';
import { addRoute } from '../route.ts';
import { count, given, list, nullable, number, object, time, withDefault, type Json } from '../schema.ts';
import { mustBeKnown, questionOf, questionParameters, releaseParams } from './question.ts';

const minute = 60_000;
const day = 1440 * minute;
/** Steps of the curve, and how many of them it may have. */
const steps = [1, 5, 15, 60, 360, 1440, 7 * 1440].map((minutes) => minutes * minute);
const mostSteps = 120;

const point = object({
  at: time('End of the step.'),
  devices: count('Devices that had adopted it by then.'),
  share: number('Their share of the active devices of now.'),
});

const answer = object({
  as_of: time('The moment that the answer is about.'),
  active: object(
    {
      devices: count(
        'Active devices: seen, whatever they said, since `since`; those that only checked for updates too.',
      ),
      since: time('How far back "active" reaches.'),
    },
    'The denominator.',
  ),
  adopted: count('Active devices whose latest installed release is this one.'),
  share: nullable(number('adopted / active devices; null without an active device.')),
  start: nullable(time('Start of the rollout: the first device that took part; null before it.')),
  t50: nullable(reachSchema),
  t95: nullable(reachSchema),
  step_seconds: count('Length of a step of the curve.'),
  curve: list(point, 'From the start of the rollout until now: the adopters of now, by when they got it.'),
});

export function addAdoption(app: FastifyInstance, options: ControlOptions): void {
  const { warehouse } = options;

  async function reach(share: number, question: AdoptionQuestion, pace: Pace): Promise<Json<typeof reachSchema>> {
    const device = Math.ceil(share * pace.active);
    const at = pace.adopted < device ? undefined : await adoptionTime(warehouse, question, device);
    return at === undefined ? forecast(share, pace) : reached(share, at, pace.start);
  }

  addRoute(app, {
    method: 'GET',
    url: '/v1/apps/:app/releases/:release/adoption',
    scope: 'read',
    tag: 'releases',
    name: 'getReleaseAdoption',
    summary: 'How much of the fleet runs a release, and when most of it will',
    params: releaseParams,
    query: given({
      include_excluded: questionParameters.include_excluded,
      confirm_seconds: questionParameters.confirm_seconds,
      active_days: withDefault(
        count('A device is active when it was seen in so many days.', { minimum: 1, maximum: 180 }),
        30,
      ),
    }),
    problems: ['not_found'],
    answer,
    async handle({ params, query }) {
      const base = questionOf({ params, query: { channel: '', silence_seconds: undefined, ...query } }, options);
      await mustBeKnown(warehouse, base);
      const asOf = base.asOf.getTime();
      const start = await rolloutStart(warehouse, base.app, base.release);
      // The newest third of the rollout, a day at most: recent enough to be the present pace, long enough to have one.
      const windowMs = Math.min(day, Math.max(minute, (asOf - (start ?? asOf)) / 3));
      const question: AdoptionQuestion = {
        ...base,
        activeSince: new Date(asOf - query.active_days * day),
        recentSince: new Date(asOf - windowMs),
      };
      const { active, adopted, recent } = await adoptionCounts(warehouse, question);
      const common = {
        as_of: iso(asOf),
        active: { devices: active, since: iso(question.activeSince.getTime()) },
        adopted,
        share: active === 0 ? null : adopted / active,
      };
      if (start === undefined || active === 0) {
        return { ...common, start: null, t50: null, t95: null, step_seconds: 60, curve: [] };
      }
      const stepMs = steps.find((each) => (asOf - start) / each < mostSteps) ?? steps.at(-1)!;
      const counted = await adoptionSteps(warehouse, question, start, stepMs);
      const pace = { active, adopted, recent, windowMs, start, asOf };
      return {
        ...common,
        start: iso(start),
        t50: await reach(0.5, question, pace),
        t95: await reach(0.95, question, pace),
        step_seconds: stepMs / 1000,
        curve: curveOf(counted, { start, stepMs, asOf, active }),
      };
    },
  });
}

/** Every step from the start to now, with what has come together by its end. */
function curveOf(
  counted: readonly { step: number; devices: number }[],
  { start, stepMs, asOf, active }: { start: number; stepMs: number; asOf: number; active: number },
): Json<typeof point>[] {
  const bySteps = new Map(counted.map(({ step, devices }) => [step, devices]));
  const last = Math.floor((asOf - start) / stepMs);
  let devices = 0;
  return Array.from({ length: last + 1 }, (_, step) => {
    devices += bySteps.get(step) ?? 0;
    return { at: iso(Math.min(asOf, start + (step + 1) * stepMs)), devices, share: devices / active };
  });
}
