import type { FastifyInstance } from 'fastify';
import { isUuid } from '../../../lib/events/identity.ts';
import type { Log } from '../../../lib/log/log.ts';
import { GROUPS, TOPICS } from '../../../lib/log/topics.ts';
import { hasCode } from '../../../lib/runtime/errors.ts';
import { rejectedHolding } from '../../../lib/warehouse/queries/rejectedEvents.ts';
import { eventCopies } from '../../../lib/warehouse/queries/storedEvents.ts';
import { eventJson, eventSchema, placeJson, placesSchema } from '../eventJson.ts';
import { iso } from '../iso.ts';
import { lagsSchema, partitionStates, searchWaiting, type PartitionState, type WaitingRecord } from '../logState.ts';
import type { ControlOptions } from '../options.ts';
import { Problem } from '../problem.ts';
import { rejectionJson, rejectionSchema } from '../rejectionJson.ts';
import { addRoute } from '../route.ts';
import { count, given, list, nullable, object, text, time, word } from '../schema.ts';

/** Records of the log that are looked through for an event that is not stored. */
const searchBudget = 50_000;
const mostRejected = 20;

const waiting = object({
  partition: count('Partition of `rollguard.device-events`.'),
  offset: count('Offset in it.'),
  logged_at: time('When the log took it.'),
});

const answer = object({
  event_id: text('The id that was asked for, in lower case.'),
  status: word(
    ['stored', 'rejected', 'waiting', 'not_found'],
    '`stored`: it counts; `rejected`: it reached the log and could not be stored; `waiting`: it is in the log and not stored yet; `not_found`: see `detail`.',
  ),
  detail: text('The same in a sentence, with what is not known.'),
  stored: placesSchema,
  app: nullable(text('App of the stored event.')),
  device: nullable(text('Device of the stored event.')),
  row: nullable(eventSchema),
  rejected: list(
    rejectionSchema,
    'Rejected records that hold this id; also of an event that was stored after a replay.',
  ),
  waiting: list(waiting, 'Records of the log that hold this id and are not stored yet.'),
  lag: lagsSchema,
});

export function addEvents(app: FastifyInstance, options: ControlOptions): void {
  const { warehouse, log } = options;
  addRoute(app, {
    method: 'GET',
    url: '/v1/events/:event_id',
    scope: 'read',
    tag: 'pipeline',
    name: 'traceEvent',
    summary: 'Where an event is',
    params: given({ event_id: text('A UUID.', { maxLength: 64 }) }, ['event_id']),
    problems: ['log_unavailable'],
    answer,
    async handle({ params }) {
      if (!isUuid(params.event_id)) throw new Problem('bad_parameter', 'An event id is a UUID.');
      const id = params.event_id.toLowerCase();
      // What is waiting is looked for first: a record that is stored meanwhile is then found twice and not missed.
      const { states, found, complete, away } = await waitingFor(log, id);
      const copies = await eventCopies(warehouse, id);
      const rejected = await rejectedHolding(warehouse, id, mostRejected);
      const first = copies[0];
      const status: keyof typeof details =
        first !== undefined ? 'stored' : found.length > 0 ? 'waiting' : rejected.length > 0 ? 'rejected' : 'not_found';
      // Whatever is stored or rejected can be told without the log; that an event is nowhere cannot.
      if (status === 'not_found' && away !== undefined) throw away;
      const lag = states.reduce((sum, each) => sum + each.lag, 0);
      return {
        event_id: id,
        status,
        detail: details[status](copies.length, lag, complete),
        stored: copies.map(placeJson),
        app: first?.app_id ?? null,
        device: first?.device_id ?? null,
        row: first === undefined ? null : eventJson(first),
        rejected: rejected.map(rejectionJson),
        waiting: found
          .filter(
            ({ partition, offset }) =>
              !copies.some((copy) => copy.log_partition === partition && copy.log_offset === offset),
          )
          .map(({ partition, offset, timestamp }) => ({ partition, offset, logged_at: iso(timestamp) })),
        lag: states,
      };
    },
  });
}

interface Waiting {
  states: PartitionState[];
  found: WaitingRecord[];
  /** Every waiting record was looked at. */
  complete: boolean;
  /** The log is away, and nothing of the above is known. */
  away?: Error;
}

async function waitingFor(log: Log, id: string): Promise<Waiting> {
  try {
    const states = await partitionStates(log, GROUPS.worker, TOPICS.deviceEvents);
    return { states, ...(await searchWaiting(log, TOPICS.deviceEvents, states, id, searchBudget)) };
  } catch (error) {
    if (!hasCode(error, 'log_unavailable')) throw error;
    return { states: [], found: [], complete: false, away: error as Error };
  }
}

const details = {
  stored: (copies: number) =>
    copies === 1
      ? 'Stored once.'
      : `Stored ${copies} times: it was sent again and both were logged. A device counts once all the same.`,
  rejected: () => 'It reached the log and could not be stored. It counts nowhere until it is replayed.',
  waiting: () => 'It is in the log and will be stored; the worker has not come so far.',
  not_found: (_copies: number, lag: number, complete: boolean) => {
    if (!complete) {
      return `Not stored yet, or never accepted: ${lag} records of the log are not stored, too many to look through all of them.`;
    }
    return 'Neither stored, nor rejected, nor waiting in the log. Either it was never accepted, or it still lies in the spool of a gateway whose log was away, or it is older than what is kept (180 days; rejected records 30).';
  },
} satisfies Record<string, (copies: number, lag: number, complete: boolean) => string>;
