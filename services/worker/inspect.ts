import type { LogRecord } from '../../lib/log/log.ts';
import type { UpdateEvent } from '../../lib/events/generated/update-event.ts';
import type { Rejection } from './triage.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

// What DateTime64(3) holds.
const earliest = Date.UTC(1900, 0, 1);
const latest = Date.UTC(2299, 11, 31, 23, 59, 59, 999);

/** Which field of an event the warehouse's columns cannot hold; `undefined` when they hold all. */
export function unstorableField(event: UpdateEvent): keyof UpdateEvent | undefined {
  if (!uuid.test(event.event_id)) return 'event_id';
  for (const field of ['received_at', 'occurred_at', 'device_clock', 'sent_at'] as const) {
    const time = event[field];
    if (time !== null && (time < earliest || time > latest)) return field;
  }
  return event.source_network < 0 ? 'source_network' : undefined;
}

/** Decodes records one by one after a refusal and names those that explain it. `decode` throws on what it cannot read. */
export function inspectUpdateEvents(
  decode: (value: Buffer) => UpdateEvent,
): (records: readonly LogRecord[]) => Rejection[] {
  return (records) => {
    const rejections: Rejection[] = [];
    for (const record of records) {
      let event: UpdateEvent;
      try {
        event = decode(record.value!);
      } catch {
        rejections.push({ record, code: 'undecodable', reason: 'The bytes are no record of their schema.' });
        continue;
      }
      const field = unstorableField(event);
      if (field === undefined) continue;
      rejections.push({
        record,
        code: 'refused_by_warehouse',
        reason: `The column cannot hold the value of ${field}.`,
      });
    }
    return rejections;
  };
}
