import type { UpdateEvent } from './generated/update-event.ts';
import { isUuid } from './identity.ts';

/** How far a record's own `received_at` may lie from the log's timestamp, ms. */
export const receivedAtToleranceMs = 24 * 60 * 60 * 1000;

// What DateTime64(3) holds.
const earliest = Date.UTC(1900, 0, 1);
const latest = Date.UTC(2299, 11, 31, 23, 59, 59, 999);

/** Which field of an event the warehouse's columns cannot hold; `undefined` when they hold all. */
export function unstorableField(event: UpdateEvent): keyof UpdateEvent | undefined {
  if (!isUuid(event.event_id)) return 'event_id';
  for (const field of ['received_at', 'occurred_at', 'device_clock', 'sent_at'] as const) {
    const time = event[field];
    if (time !== null && (time < earliest || time > latest)) return field;
  }
  return event.source_network < 0 ? 'source_network' : undefined;
}
