import type { LogRecord, NewRecord } from '../../lib/log/log.ts';
import { schemaIdOf, type Rejection } from './triage.ts';

/** One record of `rejected-event.v1`; times in epoch ms. */
export interface RejectedEvent {
  rejected_at: number;
  code: string;
  /** Which rule, without any value of the record. */
  reason: string;
  step: string;
  origin_log: string;
  origin_topic: string;
  origin_partition: number;
  origin_offset: number;
  origin_timestamp: number;
  schema_id: number;
  app_id: string;
  device_id: string;
  key_base64: string;
  value_base64: string;
}

/** A record's key is `app_id:device_id`; a foreign record may have any key, or none. */
function identityOf(record: LogRecord): { app_id: string; device_id: string } {
  const key = record.key?.toString('utf8') ?? '';
  const colon = key.indexOf(':');
  if (colon < 0) return { app_id: '', device_id: '' };
  return { app_id: key.slice(0, colon).slice(0, 128), device_id: key.slice(colon + 1).slice(0, 128) };
}

/** What the dead-letter topic keeps of a rejection: where it came from, why, and the bytes as they lay in the log. */
export function rejectedEvent(
  rejection: Rejection,
  origin: { logId: string; topic: string; step: string },
  now: number,
): RejectedEvent {
  const { record, code, reason } = rejection;
  return {
    rejected_at: now,
    code,
    reason,
    step: origin.step,
    origin_log: origin.logId,
    origin_topic: origin.topic,
    origin_partition: record.partition,
    origin_offset: record.offset,
    origin_timestamp: record.timestamp,
    schema_id: schemaIdOf(record),
    ...identityOf(record),
    key_base64: record.key?.toString('base64') ?? '',
    value_base64: record.value?.toString('base64') ?? '',
  };
}

/** Keeps a device's rejections in one partition, in order. */
export function rejectedRecord(rejection: Rejection, value: Buffer): NewRecord {
  return { key: rejection.record.key ?? Buffer.from(String(rejection.record.partition)), value };
}
