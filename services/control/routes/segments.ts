import type { FastifyInstance } from 'fastify';
import { segmentOutcomes, segmentViews, type SegmentOutcomes } from '../../../lib/warehouse/queries/segmentOutcomes.ts';
import { iso } from '../iso.ts';
import { lift, liftSchema, type Reported } from '../lift.ts';
import type { ControlOptions } from '../options.ts';
import { harm, harmSchema, outcomesJson, outcomesSchema, successRate, successRateSchema } from '../releaseJson.ts';
import { addRoute } from '../route.ts';
import { count, given, list, object, text, time, withDefault, word, type Json } from '../schema.ts';
import { mustBeKnown, questionOf, questionParameters, releaseParams } from './question.ts';

const alpha = 0.05;

const segment = object({
  value: list(
    text('A value; "" where the device named none.'),
    'The platform and the first part of its version for `platform_os`, else one value.',
  ),
  n: count('Devices that took part.'),
  devices: outcomesSchema,
  success_rate: successRateSchema,
  harm: harmSchema,
  lift: liftSchema,
});

const cut = object({
  view: word(segmentViews, 'What the fleet is cut by.'),
  values: count('Segments of the cut; the smallest are left out where there are more than `limit`.'),
  segments: list(segment, 'The largest first.'),
});

const answer = object({
  as_of: time('The moment that the answer is about.'),
  views: list(cut, 'One for each way to cut the fleet.'),
});

const reported = ({ installed, healed, failed }: SegmentOutcomes): Reported => ({
  n: installed + healed + failed,
  x: failed,
});

/** A cut is a partition, so the rest of a segment is the sum of the others. */
function cutJson(
  view: SegmentOutcomes['view'],
  rows: SegmentOutcomes[],
  limit: number,
  windowSeconds: number,
): Json<typeof cut> {
  const all = rows.map(reported);
  const total = { n: sum(all.map(({ n }) => n)), x: sum(all.map(({ x }) => x)) };
  return {
    view,
    values: rows.length,
    segments: rows.slice(0, limit).map((row) => {
      const own = reported(row);
      return {
        value: row.value,
        n: row.enrolled,
        devices: outcomesJson(row),
        success_rate: successRate(row),
        harm: harm(row, windowSeconds),
        lift: lift(own, { n: total.n - own.n, x: total.x - own.x }, alpha / rows.length),
      };
    }),
  };
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

export function addSegments(app: FastifyInstance, options: ControlOptions): void {
  const { warehouse } = options;
  addRoute(app, {
    method: 'GET',
    url: '/v1/apps/:app/releases/:release/segments',
    scope: 'read',
    tag: 'releases',
    name: 'getReleaseSegments',
    summary: 'Where a release does better or worse',
    description: 'A device belongs to the segment it had when it enrolled, whatever it becomes later.',
    params: releaseParams,
    query: given({
      ...questionParameters,
      limit: withDefault(count('Most segments of a cut.', { minimum: 1, maximum: 500 }), 50),
    }),
    problems: ['not_found'],
    answer,
    async handle(call) {
      const question = questionOf(call, options);
      await mustBeKnown(warehouse, question);
      const rows = await segmentOutcomes(warehouse, question);
      return {
        as_of: iso(question.asOf.getTime()),
        views: segmentViews.map((view) =>
          cutJson(
            view,
            rows.filter((row) => row.view === view),
            call.query.limit,
            question.outcomeWindowSeconds,
          ),
        ),
      };
    },
  });
}
