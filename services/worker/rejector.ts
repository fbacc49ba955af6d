import type { LogRecord, NewRecord } from '../../lib/log/log.ts';
import type { RejectedEvent } from '../../lib/events/generated/rejected-event.ts';
import type { SchemaRegistry } from '../../lib/events/schemas.ts';
import { wireHeaderBytes } from './frame.ts';
import { schemaIdOf, type Rejection } from './triage.ts';

/** A record's key is `app_id:device_id`; a foreign record may have any key, or none. */
function identityOf(record: LogRecord): { app_id: string; device_id: string } {
  const key = record.key?.toString('utf8') ?? '';
  const colon = key.indexOf(':');
  if (colon < 0) return { app_id: '', device_id: '' };
  return { app_id: key.slice(0, colon).slice(0, 128), device_id: key.slice(colon + 1).slice(0, 128) };
}

/**
 * Makes the dead letter of a rejection: where the record came from, why, and its bytes as they lay in the log. It keeps the
 * record's key, so a device's dead letters stay in order.
 */
export function createRejector(
  registry: SchemaRegistry,
  origin: { logId: string; topic: string; step: string },
  now: () => number,
): (rejection: Rejection) => NewRecord {
  const id = registry.idOf('rejected-event');
  const { type } = registry.byId(id)!;
  const header = Buffer.alloc(wireHeaderBytes);
  header.writeUInt32BE(id, 1);
  return ({ record, code, reason }) => {
    const event: RejectedEvent = {
      rejected_at: now(),
      code,
      reason,
      step: origin.step,
      origin_log: origin.logId,
      origin_topic: origin.topic,
      origin_partition: record.partition,
      origin_offset: record.offset,
      origin_timestamp: record.timestamp,
      schema_id: Math.max(0, schemaIdOf(record)),
      ...identityOf(record),
      key_base64: record.key?.toString('base64') ?? '',
      value_base64: record.value?.toString('base64') ?? '',
    };
    return {
      key: record.key ?? Buffer.from(String(record.partition)),
      value: Buffer.concat([header, type.toBuffer(event)]),
    };
  };
}
