import type { FastifyInstance } from 'fastify';
import { outcomeSteps, receivedEvents, type TimeSteps } from '../../../lib/warehouse/queries/minutes.ts';
import { parseTime } from '../../../lib/events/time.ts';
import { iso } from '../iso.ts';
import type { ControlOptions } from '../options.ts';
import { Problem } from '../problem.ts';
import { addRoute } from '../route.ts';
import { count, given, list, map, object, time, withDefault, type Json } from '../schema.ts';
import { mustBeKnown, questionOf, questionParameters, releaseParams } from './question.ts';

const minute = 60_000;
const mostSteps = 1500;

const step = object({
  at: time('Begin of the step.'),
  events: map(
    count('Events.'),
    'Events received, by kind, retries included; kinds without any are absent. Never a rate.',
  ),
  succeeded: count('Devices, of those that are installed or healed now, that first succeeded in this step.'),
  failed: count('Devices, of those that are failed or healed now, that first failed in this step.'),
});

const answer = object({
  as_of: time('The moment that the answer is about.'),
  from: time('Begin of the first step, a whole minute.'),
  to: time('Where the last step ends; `to` itself is not in it.'),
  step_seconds: count('Length of a step.'),
  steps: list(step, 'Every step, also the empty ones.'),
});

export function addMinutes(app: FastifyInstance, options: ControlOptions): void {
  const { warehouse } = options;
  addRoute(app, {
    method: 'GET',
    url: '/v1/apps/:app/releases/:release/minutes',
    scope: 'read',
    tag: 'releases',
    name: 'getReleaseMinutes',
    summary: 'A release over time, for charts',
    description:
      'All times are of receipt. `events` counts what was received and is about the pipeline; `succeeded` and `failed` count devices by their state, and the filters apply to these two only.',
    params: releaseParams,
    query: given({
      ...questionParameters,
      from: time('Begin; an hour before `to` when left out.'),
      to: time('End; now when left out.'),
      step_minutes: withDefault(count('Length of a step.', { minimum: 1, maximum: 1440 }), 1),
    }),
    problems: ['not_found'],
    answer,
    async handle(call) {
      const question = questionOf(call, options);
      const steps = stepsOf(call.query, options.clock());
      await mustBeKnown(warehouse, question);
      const received = await receivedEvents(warehouse, question.app, question.release, steps);
      const outcomes = await outcomeSteps(warehouse, question, steps);
      const answered = Array.from({ length: (steps.to - steps.from) / steps.stepMs }, (_, at): Json<typeof step> => ({
        at: iso(steps.from + at * steps.stepMs),
        events: {},
        succeeded: 0,
        failed: 0,
      }));
      for (const { step: at, kind, events } of received) answered[at]!.events[kind] = events;
      for (const { step: at, succeeded, failed } of outcomes) Object.assign(answered[at]!, { succeeded, failed });
      return {
        as_of: iso(question.asOf.getTime()),
        from: iso(steps.from),
        to: iso(steps.to),
        step_seconds: steps.stepMs / 1000,
        steps: answered,
      };
    },
  });
}

interface Asked {
  from: string | undefined;
  to: string | undefined;
  step_minutes: number;
}

/** Whole steps from a whole minute on; the last one holds `to`. */
function stepsOf({ from, to, step_minutes }: Asked, now: number): TimeSteps {
  const stepMs = step_minutes * minute;
  const end = to === undefined ? now : parseTime(to)!;
  const begin = Math.floor((from === undefined ? end - 60 * minute : parseTime(from)!) / minute) * minute;
  const steps = Math.ceil((end - begin) / stepMs);
  if (steps < 1) throw new Problem('bad_parameter', '`from` lies before `to`.');
  if (steps > mostSteps) {
    throw new Problem(
      'bad_parameter',
      `${steps} steps are too many, ${mostSteps} at most: give a larger step_minutes.`,
    );
  }
  return { from: begin, to: begin + steps * stepMs, stepMs };
}
