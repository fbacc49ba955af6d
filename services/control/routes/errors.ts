import type { FastifyInstance } from 'fastify';
import { failureReasons } from '../../../lib/warehouse/queries/failureReasons.ts';
import { iso } from '../iso.ts';
import type { ControlOptions } from '../options.ts';
import { addRoute } from '../route.ts';
import { count, list, object, text, time } from '../schema.ts';
import { questionOf, questionQuery, releaseParams } from './question.ts';

const reason = object({
  kind: text('Kind of the failure.'),
  error_class: text('Its class.'),
  error_code: text('The code that the device sent.'),
  devices: count('Devices that reported it at least once.'),
  sample_message: text('One of the messages.'),
});

const answer = object({
  as_of: time('The moment that the answer is about.'),
  errors: list(reason, 'The most frequent first.'),
});

export function addErrors(app: FastifyInstance, options: ControlOptions): void {
  addRoute(app, {
    method: 'GET',
    url: '/v1/apps/:app/releases/:release/errors',
    scope: 'read',
    tag: 'releases',
    name: 'getReleaseErrors',
    summary: 'Why devices failed',
    params: releaseParams,
    query: questionQuery,
    answer,
    async handle(call) {
      const question = questionOf(call, options);
      return { as_of: iso(question.asOf.getTime()), errors: await failureReasons(options.warehouse, question) };
    },
  });
}
