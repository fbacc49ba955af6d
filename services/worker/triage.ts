import type { LogRecord } from '../../lib/log/log.ts';
import { receivedAtToleranceMs } from '../../lib/events/storable.ts';
import { readLong, type Walk } from './recordWalk.ts';
import { wireHeaderBytes } from './frame.ts';

/** Why a record was not stored. A closed list: each is a metric label and a value of `rejected_events.code`. */
export type RejectionCode = 'undecodable' | 'unknown_schema' | 'received_at_out_of_range' | 'refused_by_warehouse';

export interface Rejection {
  record: LogRecord;
  code: RejectionCode;
  reason: string;
}

/** The schema id of a record in the Confluent wire format; -1 when it has no such header. */
export function schemaIdOf(record: LogRecord): number {
  const { value } = record;
  if (value === null || value.length < wireHeaderBytes || value[0] !== 0) return -1;
  return value.readUInt32BE(1);
}

/** The record's own receive time, epoch ms: the first field of our schemas, read without decoding the rest. */
export function receivedAtOf({ value }: LogRecord): number | undefined {
  return value === null ? undefined : readLong(value, wireHeaderBytes, value.length)?.value;
}

/**
 * Decides about one record from its bytes alone, so that the verdict is the same whenever the block is formed again.
 */
export function triage(record: LogRecord, walk: Walk | undefined): Rejection | undefined {
  const schemaId = schemaIdOf(record);
  if (schemaId < 0) return { record, code: 'undecodable', reason: 'The record has no schema header.' };
  if (walk === undefined) return { record, code: 'unknown_schema', reason: `No schema has the id ${schemaId}.` };
  const value = record.value!;
  const received = receivedAtOf(record);
  if (received === undefined || walk(value, wireHeaderBytes, value.length) !== value.length) {
    return { record, code: 'undecodable', reason: 'The bytes are not exactly one record of their schema.' };
  }
  if (Math.abs(received - record.timestamp) > receivedAtToleranceMs) {
    return {
      record,
      code: 'received_at_out_of_range',
      reason: 'received_at is more than a day from the time at which the log took the record.',
    };
  }
  return undefined;
}
