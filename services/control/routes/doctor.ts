import type { FastifyInstance } from 'fastify';
import { logIdOf } from '../../../lib/warehouse/logColumn.ts';
import { checksSchema, verdicts, worst } from '../doctor/check.ts';
import { examine } from '../doctor/doctor.ts';
import { iso } from '../iso.ts';
import { lagsSchema } from '../logState.ts';
import type { ControlOptions } from '../options.ts';
import { addRoute } from '../route.ts';
import { count, flag, given, list, object, text, time, withDefault, word } from '../schema.ts';

const partition = object({
  log: text('Id of the log; the tables hold it with `log_` before it.'),
  partition: count('Its partition.'),
  rows: count('Rows stored.'),
  distinct: count('Different offsets stored; equal to `rows` when nothing was stored twice.'),
  first: count('Least stored offset.'),
  last: count('Greatest stored offset.'),
});

const answer = object({
  healthy: flag('No check has failed.'),
  verdict: word(verdicts, 'The gravest of all checks.'),
  deep: flag('Everything was looked at.'),
  as_of: time('The moment that the answer is about.'),
  checks: checksSchema,
  partitions: list(partition, 'Events stored, by partition: of the last 24 h, or all in a deep examination.'),
  lag: lagsSchema,
});

export function addDoctor(app: FastifyInstance, options: ControlOptions): void {
  addRoute(app, {
    method: 'GET',
    url: '/v1/doctor',
    scope: 'read',
    tag: 'pipeline',
    name: 'runDoctor',
    summary: 'Whether what is stored can be believed',
    description:
      'Proves the promises of docs/delivery.md on what is there: every record of the log stored or rejected, nothing stored twice, and every view what the raw rows give when derived again.',
    query: given({
      deep: withDefault(
        flag('Looks at everything that is kept, and finds what a view holds too much. May take minutes.'),
        false,
      ),
    }),
    problems: ['log_unavailable'],
    answer,
    async handle({ query }) {
      const asOf = iso(options.clock());
      const { checks, partitions, lag } = await examine(options, query.deep);
      const verdict = worst(checks);
      return {
        healthy: verdict !== 'fail',
        verdict,
        deep: query.deep,
        as_of: asOf,
        checks,
        partitions: partitions.map(({ logId, ...row }) => ({ log: logIdOf(logId), ...row })),
        lag,
      };
    },
  });
}
