import type { LogRecord } from '../../lib/log/log.ts';
import { schemaIdOf, triage, type Rejection } from './triage.ts';
import type { WireSchemas } from './wireSchemas.ts';

/**
 * Consecutive records of one partition that are stored together. Its range names it: the token is made of the first and
 * the last offset, and the log never changes what lies between them.
 */
export interface Block {
  first: number;
  last: number;
  /** All records of the range, the bad ones included. */
  rows: number;
  /** Schema of every good record; `undefined` when none is good. */
  schemaId: number | undefined;
  good: LogRecord[];
  bad: Rejection[];
}

/** The block that begins with the first record: it ends at `maxRows`, or where a good record has another schema. */
export function cutBlock(records: readonly LogRecord[], from: number, maxRows: number, schemas: WireSchemas): Block {
  const good: LogRecord[] = [];
  const bad: Rejection[] = [];
  let schemaId: number | undefined;
  let at = from;
  for (; at < records.length && at - from < maxRows; at += 1) {
    const record = records[at]!;
    const id = schemaIdOf(record);
    const rejection = triage(record, schemas.get(id)?.walk);
    if (rejection !== undefined) {
      bad.push(rejection);
      continue;
    }
    if (schemaId !== undefined && id !== schemaId) break;
    schemaId = id;
    good.push(record);
  }
  return { first: records[from]!.offset, last: records[at - 1]!.offset, rows: at - from, schemaId, good, bad };
}
