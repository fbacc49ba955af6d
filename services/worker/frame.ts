import type { LogRecord } from '../../lib/log/log.ts';
import type { RecordSchema } from '../../lib/events/schemas.ts';
import { logColumn } from '../../lib/warehouse/logColumn.ts';

/** Bytes before the Avro body in the Confluent wire format: a zero and the schema id, 4 bytes, big-endian. */
export const wireHeaderBytes = 5;

/** A zigzag varint of a non-negative integer below 2^52. */
export function encodeLong(value: number): Buffer {
  const bytes: number[] = [];
  let left = value * 2;
  while (left >= 128) {
    bytes.push((left % 128) + 128);
    left = Math.floor(left / 128);
  }
  bytes.push(left);
  return Buffer.from(bytes);
}

function encodeText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([encodeLong(bytes.length), bytes]);
}

/** Writes `value` as `encodeLong` does, without making a buffer; returns the position behind it. */
function writeLong(target: Buffer, at: number, value: number): number {
  let left = value * 2;
  let next = at;
  while (left >= 128) {
    target[next] = (left % 128) + 128;
    left = Math.floor(left / 128);
    next += 1;
  }
  target[next] = left;
  return next + 1;
}

const longestLong = 8;

/**
 * Frames records as they lie in the log into an Avro Object Container File, so that the warehouse decodes them and we do
 * not. Behind the body of each record come three fields of the container's schema: `_log` (an enum of one symbol, the
 * log's id: one byte), `_partition` and `_offset`.
 *
 * Source of the format: Avro 1.11 specification, "Object Container Files".
 */
export class Framer {
  readonly #head: Buffer;
  readonly #sync: Buffer;

  /** `schema` is the record's schema with its logical types, without which the engine would misread every time. */
  constructor(schema: RecordSchema, logId: string) {
    const container = {
      ...schema,
      fields: [
        ...schema.fields,
        { name: '_log', type: { type: 'enum', name: 'LogId', symbols: [logColumn(logId)] } },
        { name: '_partition', type: 'long' },
        { name: '_offset', type: 'long' },
      ],
    };
    // Any 16 bytes do: our blocks carry their sizes, so nobody searches for the marker.
    this.#sync = Buffer.from(`rollguard${logId}`.padEnd(16, '.').slice(0, 16), 'latin1');
    this.#head = Buffer.concat([
      Buffer.from('Obj\u0001', 'latin1'),
      encodeLong(2),
      encodeText('avro.schema'),
      encodeText(JSON.stringify(container)),
      encodeText('avro.codec'),
      encodeText('null'),
      encodeLong(0),
      this.#sync,
    ]);
  }

  /** The container of these records, in order, as pieces to be written one after the other. */
  frame(records: readonly LogRecord[]): Buffer[] {
    let size = 0;
    for (const record of records) size += record.value!.length - wireHeaderBytes + 1 + 2 * longestLong;
    const body = Buffer.allocUnsafe(size);
    let at = 0;
    for (const record of records) {
      at += record.value!.copy(body, at, wireHeaderBytes);
      body[at] = 0;
      at = writeLong(body, at + 1, record.partition);
      at = writeLong(body, at, record.offset);
    }
    return [this.#head, encodeLong(records.length), encodeLong(at), body.subarray(0, at), this.#sync];
  }
}
