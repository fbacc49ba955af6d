import { RollguardError } from '../runtime/errors.ts';
import type { NewRecord } from './log.ts';

/** Largest record (key, value and headers) either log takes: 2 MiB. */
export const MAX_RECORD_BYTES = 2 * 1024 * 1024;

/** Bytes of a record's key, value and headers, without the log's own framing. */
export function recordBytes(record: NewRecord): number {
  let bytes = record.key.length + (record.value?.length ?? 0);
  for (const name in record.headers) bytes += Buffer.byteLength(name) + Buffer.byteLength(record.headers[name]!);
  return bytes;
}

/** Throws `log_record_too_large` for the first record above the limit, before any of them has been written. */
export function checkSizes(topic: string, records: NewRecord[]): void {
  for (const record of records) {
    const bytes = recordBytes(record);
    if (bytes > MAX_RECORD_BYTES) {
      throw new RollguardError(
        'log_record_too_large',
        `A record of ${bytes} bytes for ${topic} is above the limit of ${MAX_RECORD_BYTES}.`,
      );
    }
  }
}
