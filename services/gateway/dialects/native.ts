import { parseNative } from '../../../lib/events/native.ts';
import { parseTime } from '../../../lib/events/time.ts';
import { parseJson } from '../body.ts';
import { Problem, problemReply } from '../problem.ts';
import { json } from '../reply.ts';
import type { Dialect, DialectRequest, Reading } from './dialect.ts';

/** Rollguard's own events (design §7): what our SDK sends, and the only dialect whose key may stand in a header. */
export const native: Dialect = {
  name: 'native',
  mounts: ['', '/k/:key'],
  routes: [{ method: 'POST', path: '/v1/events', read }],
  reportsStarts: true,
  overLimit: 'refuse',
  overDeviceLimit: 'reject',
  refuse: problemReply,
};

function read({ body, keyApp }: DialectRequest): Reading {
  const { events, sentAt, single } = readEnvelope(parseJson(body));
  const defaults = { app_id: keyApp, sent_at: sentAt };
  return {
    events,
    parse: (event) => parseNative(event, defaults),
    answer(rejections) {
      if (single && rejections[0]?.code === 'app_not_allowed') throw new Problem('app_not_allowed');
      const rejected = rejections.flatMap((each, index) => (each ? [{ index, ...each }] : []));
      return json(202, { accepted: rejections.length - rejected.length, rejected });
    },
  };
}

interface Envelope {
  events: unknown[];
  /** Device clock at sending, epoch ms. */
  sentAt: number | null;
  /** True for a body that is one event by itself. */
  single: boolean;
}

/** One event, an array of events, or `{events, sent_at}`; anything else is `unreadable_body`. */
function readEnvelope(body: unknown): Envelope {
  if (Array.isArray(body)) return { events: body as unknown[], sentAt: null, single: false };
  if (typeof body !== 'object' || body === null) {
    throw new Problem('unreadable_body', 'The body is an event, an array of events, or {"events": […]}.');
  }
  if (!('events' in body)) return { events: [body], sentAt: null, single: true };
  if (!Array.isArray(body.events)) throw new Problem('unreadable_body', '"events" is an array.');
  const given = 'sent_at' in body ? body.sent_at : null;
  const sent =
    typeof given === 'string' || typeof given === 'number' ? parseTime(given) : given === null ? null : undefined;
  if (sent === undefined) throw new Problem('unreadable_body', '"sent_at" is RFC 3339 or epoch milliseconds.');
  return { events: body.events as unknown[], sentAt: sent, single: false };
}
