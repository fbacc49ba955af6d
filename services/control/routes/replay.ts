import type { FastifyInstance } from 'fastify';
import { TOPICS } from '../../../lib/log/topics.ts';
import type { UpdateEvent } from '../../../lib/events/generated/update-event.ts';
import { rejectedOf, rejectedRecords, type RejectedRecord } from '../../../lib/warehouse/queries/rejectedEvents.ts';
import { storedIds } from '../../../lib/warehouse/queries/storedEvents.ts';
import { iso } from '../iso.ts';
import type { ControlOptions } from '../options.ts';
import { Problem } from '../problem.ts';
import { originSchema } from '../rejectionJson.ts';
import { readForReplay, replayRecord, type Refusal } from '../replay.ts';
import { addRoute } from '../route.ts';
import { count, flag, given, list, nullable, object, text, time, withDefault, word, type Json } from '../schema.ts';
import { nextOf, pageOf, rejectedFilter } from './rejected.ts';

const most = 1000;
const longestValue = 4 * 1024 * 1024;

const result = object({
  origin: originSchema,
  status: word(
    ['would_replay', 'replayed', 'already_stored', 'refused'],
    '`already_stored`: an event with this id is stored, so nothing was done; `refused`: it would only be rejected again, or there is no such record.',
  ),
  event_id: nullable(text('Id of the event, where it can be read.')),
  code: nullable(text('Why it was refused: a code of rejections, or `not_found`.')),
  reason: nullable(text('The same in a sentence.')),
  partition: nullable(count('Where the replayed record lies.')),
  offset: nullable(count('Its offset there.')),
});

const answer = object({
  as_of: time('The moment that the answer is about.'),
  dry_run: flag('Nothing was written.'),
  replayed: count('Records replayed, or that would be.'),
  already_stored: count('Records left alone because their event is stored.'),
  refused: count('Records refused.'),
  results: list(result, 'Each record.'),
  next: nullable(text('Give it as `cursor` for the records that the filter selects beyond these; null at the end.')),
});

const body = given({
  origins: list(originSchema, 'These records.', { maxItems: most }),
  filter: given(rejectedFilter),
  dry_run: withDefault(flag('Only says what would happen.'), true),
  restamp: withDefault(
    flag('Gives each event the time of the replay as its time of receipt; needed when it is older than a day.'),
    false,
  ),
  value_base64: text('A repaired record in place of the one rejected; with exactly one origin.', {
    maxLength: longestValue,
  }),
  limit: withDefault(count('Most records of a filter.', { minimum: 1, maximum: most }), most),
  cursor: text('`next` of the call before, with the same filter.', { maxLength: 1000 }),
});

type Result = Json<typeof result>;

export function addReplay(app: FastifyInstance, options: ControlOptions): void {
  const { warehouse, log, codec, clock, logger } = options;

  /** The records to replay, and the refusals of origins that are not there. */
  async function select(
    asked: Json<typeof body>,
  ): Promise<{ records: RejectedRecord[]; missing: Result[]; next: string | null }> {
    const { origins, filter } = asked;
    if ((origins === undefined) === (filter === undefined)) {
      throw new Problem('bad_parameter', 'Give either `origins` or a `filter`; an empty filter selects everything.');
    }
    if (asked.value_base64 !== undefined && origins?.length !== 1) {
      throw new Problem('bad_parameter', '`value_base64` repairs exactly one origin.');
    }
    if (origins === undefined) {
      const records = await rejectedRecords(warehouse, pageOf(filter!, asked.limit, asked.cursor));
      return { records: records.slice(0, asked.limit), missing: [], next: nextOf(records, asked.limit) };
    }
    const records = await rejectedOf(warehouse, origins);
    const name = (origin: Json<typeof originSchema>): string =>
      JSON.stringify([origin.log, origin.topic, origin.partition, origin.offset]);
    const known = new Set(records.map(name));
    const missing = origins
      .filter((origin) => !known.has(name(origin)))
      .map((origin) => refused(origin, null, { code: 'not_found', reason: 'No rejected record has this origin.' }));
    return { records, missing, next: null };
  }

  addRoute(app, {
    method: 'POST',
    url: '/v1/rejected/replay',
    scope: 'operate',
    tag: 'pipeline',
    name: 'replayRejected',
    summary: 'Sends rejected records through the pipeline once more',
    description:
      'Records go back to `rollguard.device-events` with the same event ids, after the same checks that the worker makes. A dry run unless told otherwise. At least once: a call that is repeated before its events are stored writes them again, which bends no count of devices.',
    body,
    problems: ['log_unavailable'],
    answer,
    async handle({ body: asked, operator }) {
      const now = clock();
      const { records, missing, next } = await select(asked);
      const readings = records.map((record) => {
        const value = Buffer.from(asked.value_base64 ?? record.value_base64, 'base64');
        return { record, ...readForReplay(value, { codec, now, restamp: asked.restamp }) };
      });
      const ids = readings.flatMap((reading) => ('event' in reading ? [reading.event.event_id] : []));
      const stored = await storedIds(warehouse, ids);
      const good: { record: RejectedRecord; event: UpdateEvent }[] = [];
      const results = [...missing];
      for (const reading of readings) {
        if ('refusal' in reading) results.push(refused(originOf(reading.record), null, reading.refusal));
        else if (stored.has(reading.event.event_id.toLowerCase())) results.push(done(reading, 'already_stored'));
        else good.push(reading);
      }
      if (asked.dry_run) results.push(...good.map((each) => done(each, 'would_replay')));
      else if (good.length > 0) {
        const places = await log.append(
          TOPICS.deviceEvents,
          good.map(({ event }) => replayRecord(event, codec)),
        );
        results.push(...good.map((each, at) => ({ ...done(each, 'replayed'), ...places[at]! })));
        logger.info(
          { operator: operator.name, operator_id: operator.id, replayed: good.length },
          'rejected records replayed',
        );
      }
      return {
        as_of: iso(now),
        dry_run: asked.dry_run,
        replayed: good.length,
        already_stored: results.filter(({ status }) => status === 'already_stored').length,
        refused: results.filter(({ status }) => status === 'refused').length,
        results,
        next,
      };
    },
  });
}

function originOf({ log, topic, partition, offset }: RejectedRecord): Json<typeof originSchema> {
  return { log, topic, partition, offset };
}

function done(reading: { record: RejectedRecord; event: UpdateEvent }, status: Result['status']): Result {
  const nothing = { code: null, reason: null, partition: null, offset: null };
  return { origin: originOf(reading.record), status, event_id: reading.event.event_id, ...nothing };
}

function refused(
  origin: Json<typeof originSchema>,
  eventId: string | null,
  { code, reason }: Refusal | { code: 'not_found'; reason: string },
): Result {
  return { origin, status: 'refused', event_id: eventId, code, reason, partition: null, offset: null };
}
