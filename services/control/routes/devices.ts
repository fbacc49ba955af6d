import type { FastifyInstance } from 'fastify';
import { deviceReleases, type DeviceRelease } from '../../../lib/warehouse/queries/deviceReleases.ts';
import {
  deviceEvents,
  rankOf,
  type StoredEvent,
  type TimelineCursor,
} from '../../../lib/warehouse/queries/storedEvents.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { eventJson, eventSchema, placeJson, placesSchema } from '../eventJson.ts';
import { iso } from '../iso.ts';
import type { ControlOptions } from '../options.ts';
import { Problem } from '../problem.ts';
import { addRoute } from '../route.ts';
import {
  count,
  flag,
  given,
  list,
  nullable,
  number,
  object,
  text,
  time,
  withDefault,
  word,
  type Json,
} from '../schema.ts';
import { questionOf, questionParameters } from './question.ts';

/** The way of an update that ends well; what lies before the farthest step reported should have been reported too. */
const steps = ['download_started', 'download_completed', 'activated', 'install_completed'];

const release = object({
  release: text('The release.'),
  outcome: nullable(
    word(
      ['installed', 'healed', 'failed', 'silent', 'in_progress'],
      'null for a release that the device only asked about.',
    ),
  ),
  presumed: flag('Installed or healed without a confirmation.'),
  excluded: flag('A debug build or an emulator at its enrolment: in no count unless asked for.'),
  enrolled_at: nullable(time('When it began to take part, server clock.')),
  harmed_at: nullable(time('Receipt of its first hard failure within the outcome window.')),
  first_seen: time('Receipt of the first event about it.'),
  last_seen: time('Receipt of the newest.'),
  reported: list(text('A kind.'), 'Kinds of event that the device reported about it.'),
  not_reported: list(text('A kind.'), 'Steps before the farthest one reported that were never reported.'),
});

const event = object({
  gap_ms: nullable(number('Device clock since the event before; null for the first.')),
  event: eventSchema,
  stored: placesSchema,
});

const answer = object({
  app: text('The app id.'),
  device: text('The device id.'),
  as_of: time('The moment that the answer is about.'),
  releases: list(release, 'What each release did to it, the newest enrolment first.'),
  events: list(
    event,
    "In the order of the device's own clock; ties by the life cycle of an update. An event is here once.",
  ),
  next: nullable(text('Give it as `cursor` to read on; null at the end.')),
});

export function addDevices(app: FastifyInstance, options: ControlOptions): void {
  const { warehouse } = options;
  addRoute(app, {
    method: 'GET',
    url: '/v1/apps/:app/devices/:device',
    scope: 'read',
    tag: 'devices',
    name: 'getDevice',
    summary: 'The timeline of one device',
    description: 'Raw events are kept for 180 days; what a release did to the device is known for longer.',
    params: given(
      {
        app: text('The app id.', { maxLength: 128 }),
        device: text('The device id, percent-encoded.', { maxLength: 128 }),
      },
      ['app', 'device'],
    ),
    query: given({
      confirm_seconds: questionParameters.confirm_seconds,
      silence_seconds: questionParameters.silence_seconds,
      limit: withDefault(count('Most events.', { minimum: 1, maximum: 1000 }), 200),
      cursor: text('`next` of the page before.', { maxLength: 500 }),
    }),
    problems: ['not_found'],
    answer,
    async handle({ params, query }) {
      const question = questionOf(
        { params: { app: params.app }, query: { channel: '', include_excluded: true, ...query } },
        options,
      );
      const after = query.cursor === undefined ? undefined : readCursor(query.cursor);
      const releases = await deviceReleases(warehouse, question, params.device);
      // One more than asked for tells whether there is a next page.
      const rows = await deviceEvents(warehouse, { ...params, limit: query.limit + 1, after });
      if (releases.length === 0 && rows.length === 0) {
        throw new Problem('not_found', 'No stored event of this app names this device.');
      }
      const events = bySameEvent(rows);
      const page = events.slice(0, query.limit);
      return {
        app: params.app,
        device: params.device,
        as_of: iso(question.asOf.getTime()),
        releases: releases.map(releaseJson),
        events: page.map((copies, at) => {
          const before = page[at - 1]?.[0]?.device_clock ?? after?.clock;
          const first = copies[0]!;
          return {
            gap_ms: before === undefined ? null : first.device_clock - before,
            event: eventJson(first),
            stored: copies.map(placeJson),
          };
        }),
        next: events.length > query.limit ? cursorAfter(page.at(-1)![0]!) : null,
      };
    },
  });
}

/** Copies stand next to each other. */
function bySameEvent(rows: readonly StoredEvent[]): StoredEvent[][] {
  const groups: StoredEvent[][] = [];
  for (const row of rows) {
    const last = groups.at(-1);
    if (last?.[0] !== undefined && cursorAfter(last[0]) === cursorAfter(row)) last.push(row);
    else groups.push([row]);
  }
  return groups;
}

function cursorAfter(event: StoredEvent): string {
  return encodeCursor([event.device_clock, rankOf(event.kind), event.event_id]);
}

function readCursor(text: string): TimelineCursor {
  const [clock, rank, id] = decodeCursor(text, [0, 0, ''] as const);
  return { clock, rank, id };
}

function releaseJson(row: DeviceRelease): Json<typeof release> {
  const tookPart = row.outcome !== null;
  const farthest = steps.findLastIndex((step) => row.reported.includes(step));
  return {
    release: row.release,
    outcome: row.outcome,
    presumed: row.presumed,
    excluded: tookPart && (!row.is_production || row.is_emulator),
    enrolled_at: tookPart ? iso(row.enrolled_at) : null,
    harmed_at: row.harmed_at === null ? null : iso(row.harmed_at),
    first_seen: iso(row.first_seen),
    last_seen: iso(row.last_seen),
    reported: row.reported,
    not_reported: steps.slice(0, Math.max(0, farthest)).filter((step) => !row.reported.includes(step)),
  };
}
