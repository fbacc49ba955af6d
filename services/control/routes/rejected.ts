import type { FastifyInstance } from 'fastify';
import { parseTime } from '../../../lib/events/time.ts';
import {
  rejectedRecords,
  type RejectedQuestion,
  type RejectedRecord,
} from '../../../lib/warehouse/queries/rejectedEvents.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { iso } from '../iso.ts';
import type { ControlOptions } from '../options.ts';
import { rejectionJson, rejectionSchema } from '../rejectionJson.ts';
import { addRoute } from '../route.ts';
import { count, flag, given, list, nullable, object, text, time, withDefault } from '../schema.ts';

const answer = object({
  as_of: time('The moment that the answer is about.'),
  rejected: list(
    object({
      rejection: rejectionSchema,
      value_base64: nullable(text('The record as it lay in the log; null unless `values` was asked for.')),
    }),
    'The newest first; one for each origin.',
  ),
  next: nullable(text('Give it as `cursor` to read on; null at the end.')),
});

/** What narrows the rejected records, in a list as in a replay. */
export const rejectedFilter = {
  code: text('Only rejections with this code.', { maxLength: 64 }),
  app: text('Only records of this app.', { maxLength: 128 }),
  since: time('Only rejections at or after this time.'),
};

export interface AskedFilter {
  code: string | undefined;
  app: string | undefined;
  since: string | undefined;
}

/** The question for one page, which asks for one record more: that one tells whether there is a next page. */
export function pageOf(filter: AskedFilter, limit: number, cursor: string | undefined): RejectedQuestion {
  return {
    code: filter.code ?? '',
    app: filter.app ?? '',
    since: new Date(filter.since === undefined ? 0 : parseTime(filter.since)!),
    limit: limit + 1,
    after: cursor === undefined ? undefined : readCursor(cursor),
  };
}

export function nextOf(records: readonly RejectedRecord[], limit: number): string | null {
  if (records.length <= limit) return null;
  const { rejected_at, log, topic, partition, offset } = records[limit - 1]!;
  return encodeCursor([rejected_at, log, topic, partition, offset]);
}

function readCursor(cursor: string): RejectedQuestion['after'] {
  const like: [number, string, string, number, number] = [0, '', '', 0, 0];
  const [rejected_at, log, topic, partition, offset] = decodeCursor(cursor, like);
  return { rejected_at, log, topic, partition, offset };
}

export function addRejected(app: FastifyInstance, { warehouse, clock }: ControlOptions): void {
  addRoute(app, {
    method: 'GET',
    url: '/v1/rejected',
    scope: 'read',
    tag: 'pipeline',
    name: 'listRejected',
    summary: 'Records that reached the log and could not be stored',
    query: given({
      ...rejectedFilter,
      values: withDefault(flag('With the records themselves.'), false),
      limit: withDefault(count('Most records.', { minimum: 1, maximum: 1000 }), 100),
      cursor: text('`next` of the page before.', { maxLength: 1000 }),
    }),
    answer,
    async handle({ query }) {
      const records = await rejectedRecords(warehouse, pageOf(query, query.limit, query.cursor));
      return {
        as_of: iso(clock()),
        rejected: records.slice(0, query.limit).map((record) => ({
          rejection: rejectionJson(record),
          value_base64: query.values ? record.value_base64 : null,
        })),
        next: nextOf(records, query.limit),
      };
    },
  });
}
