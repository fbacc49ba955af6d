import type { FastifyInstance } from 'fastify';
import { downloadGroups, type DownloadFigures } from '../../../lib/warehouse/queries/downloads.ts';
import { iso } from '../iso.ts';
import type { ControlOptions } from '../options.ts';
import { addRoute } from '../route.ts';
import { count, given, list, nullable, number, object, text, time, withDefault } from '../schema.ts';
import { mustBeKnown, questionOf, questionParameters, releaseParams } from './question.ts';

const figures = {
  devices: count('Devices with a completed download.'),
  timed: count('Those of them that told how long it took.'),
  sized: count('Those of them that told its size.'),
  p50_ms: nullable(number('Half of the timed downloads took no longer.')),
  p90_ms: nullable(number('Nine of ten took no longer.')),
  p99_ms: nullable(number('99 of 100 took no longer.')),
  bytes: nullable(number('Bytes of all of them together.')),
  p50_bytes: nullable(number('Half of the sized downloads were no larger.')),
  p50_bytes_per_second: nullable(number('Half of the downloads were no faster.')),
  p10_bytes_per_second: nullable(number('The slowest tenth was no faster.')),
};

const network = text('Kind of connection as the device named it; "" where it named none.');
const region = text('Region as the device named it; "" where it named none.');

const answer = object({
  as_of: time('The moment that the answer is about.'),
  all: object(figures, 'Every device with a completed download.'),
  by_network: list(object({ network, ...figures }), 'The largest group first.'),
  by_region: list(object({ region, ...figures }), 'The largest group first.'),
  by_network_and_region: list(object({ network, region, ...figures }), 'The largest group first.'),
});

const none: DownloadFigures = {
  devices: 0,
  timed: 0,
  sized: 0,
  p50_ms: null,
  p90_ms: null,
  p99_ms: null,
  bytes: null,
  p50_bytes: null,
  p50_speed: null,
  p10_speed: null,
};

function figuresJson({ p50_speed, p10_speed, ...rest }: DownloadFigures) {
  const { devices, timed, sized, p50_ms, p90_ms, p99_ms, bytes, p50_bytes } = rest;
  const speeds = { p50_bytes_per_second: p50_speed, p10_bytes_per_second: p10_speed };
  return { devices, timed, sized, p50_ms, p90_ms, p99_ms, bytes, p50_bytes, ...speeds };
}

export function addDownloads(app: FastifyInstance, options: ControlOptions): void {
  const { warehouse } = options;
  addRoute(app, {
    method: 'GET',
    url: '/v1/apps/:app/releases/:release/downloads',
    scope: 'read',
    tag: 'releases',
    name: 'getReleaseDownloads',
    summary: 'How downloads went, by network and region',
    description: "Each device's last completed download. A figure that no device of a group sent is null.",
    params: releaseParams,
    query: given({
      ...questionParameters,
      limit: withDefault(count('Most groups in each list.', { minimum: 1, maximum: 500 }), 50),
    }),
    problems: ['not_found'],
    answer,
    async handle(call) {
      const question = questionOf(call, options);
      const { limit } = call.query;
      await mustBeKnown(warehouse, question);
      const groups = await downloadGroups(warehouse, question);
      return {
        as_of: iso(question.asOf.getTime()),
        all: figuresJson(groups.find((each) => each.network === null && each.region === null) ?? none),
        by_network: groups
          .flatMap((each) =>
            each.network === null || each.region !== null ? [] : [{ network: each.network, ...figuresJson(each) }],
          )
          .slice(0, limit),
        by_region: groups
          .flatMap((each) =>
            each.region === null || each.network !== null ? [] : [{ region: each.region, ...figuresJson(each) }],
          )
          .slice(0, limit),
        by_network_and_region: groups
          .flatMap((each) =>
            each.network === null || each.region === null
              ? []
              : [{ network: each.network, region: each.region, ...figuresJson(each) }],
          )
          .slice(0, limit),
      };
    },
  });
}
