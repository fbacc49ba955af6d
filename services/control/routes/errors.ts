import type { FastifyInstance } from 'fastify';
import { failureReasons } from '../../../lib/warehouse/queries/failureReasons.ts';
import { releaseOutcomes } from '../../../lib/warehouse/queries/releaseOutcomes.ts';
import { iso } from '../iso.ts';
import type { ControlOptions } from '../options.ts';
import { addRoute } from '../route.ts';
import { count, list, number, object, text, time } from '../schema.ts';
import { mustBeKnown, questionOf, questionQuery, releaseParams } from './question.ts';

const reason = object({
  kind: text('Kind of the failure.'),
  error_class: text('Its class.'),
  error_code: text('The code that the device sent.'),
  devices: count('Devices that reported it at least once.'),
  share: number(
    'Their share of `failing_devices`. The shares sum to more than 1 where devices failed for several reasons.',
  ),
  failed: count('Those of them that are failed now.'),
  healed: count('Those of them that have healed since.'),
  sample_message: text('One of the messages.'),
});

const answer = object({
  as_of: time('The moment that the answer is about.'),
  failing_devices: count('Devices that failed at least once: failed + healed of the release.'),
  errors: list(reason, 'The most frequent first.'),
});

export function addErrors(app: FastifyInstance, options: ControlOptions): void {
  const { warehouse } = options;
  addRoute(app, {
    method: 'GET',
    url: '/v1/apps/:app/releases/:release/errors',
    scope: 'read',
    tag: 'releases',
    name: 'getReleaseErrors',
    summary: 'Why devices failed',
    description:
      'A device counts once a reason. The crash of a release that had proved itself is no failure of the update and no reason here.',
    params: releaseParams,
    query: questionQuery,
    problems: ['not_found'],
    answer,
    async handle(call) {
      const question = questionOf(call, options);
      await mustBeKnown(warehouse, question);
      const [outcomes] = await releaseOutcomes(warehouse, question);
      const failing = (outcomes?.failed ?? 0) + (outcomes?.healed ?? 0);
      const reasons = await failureReasons(warehouse, question);
      return {
        as_of: iso(question.asOf.getTime()),
        failing_devices: failing,
        errors: reasons.map((each) => ({ ...each, share: each.devices / failing })),
      };
    },
  });
}
