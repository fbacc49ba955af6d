import { parseTime } from '../../lib/events/time.ts';
import { Problem } from './problem.ts';

/** The events of one request, unread, and the device clock at sending. */
export interface Envelope {
  events: unknown[];
  sentAt: number | null;
  /** True for a body that is one event by itself. */
  single: boolean;
}

/** One event, an array of events, or `{events, sent_at}`. Throws `unreadable_body` or `batch_too_large`. */
export function readEnvelope(body: unknown, maxEvents: number): Envelope {
  if (Array.isArray(body)) return checked({ events: body as unknown[], sentAt: null, single: false }, maxEvents);
  if (typeof body !== 'object' || body === null) {
    throw new Problem('unreadable_body', 'The body is an event, an array of events, or {"events": […]}.');
  }
  if (!('events' in body)) return { events: [body], sentAt: null, single: true };
  if (!Array.isArray(body.events)) throw new Problem('unreadable_body', '"events" is an array.');
  const given = 'sent_at' in body ? body.sent_at : null;
  const sent =
    typeof given === 'string' || typeof given === 'number' ? parseTime(given) : given === null ? null : undefined;
  if (sent === undefined) throw new Problem('unreadable_body', '"sent_at" is RFC 3339 or epoch milliseconds.');
  return checked({ events: body.events as unknown[], sentAt: sent, single: false }, maxEvents);
}

function checked(envelope: Envelope, maxEvents: number): Envelope {
  if (envelope.events.length > maxEvents) {
    throw new Problem('batch_too_large', `A request has at most ${maxEvents} events.`);
  }
  return envelope;
}
