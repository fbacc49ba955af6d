import type { LogRecord } from '../../lib/log/log.ts';
import type { UpdateEvent } from '../../lib/events/generated/update-event.ts';
import { unstorableField } from '../../lib/events/storable.ts';
import type { Rejection } from './triage.ts';

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
