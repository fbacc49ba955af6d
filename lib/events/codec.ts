import type avsc from 'avsc';
import { RollguardError } from '../runtime/errors.ts';
import type { UpdateEvent } from './generated/update-event.ts';
import type { SchemaRegistry } from './schemas.ts';

/** Byte 0 and the schema id as four big-endian bytes stand before the Avro body (the Confluent wire format). */
export const HEADER_BYTES = 5;

export interface EventCodec {
  /** The id that `encode` writes. */
  readonly schemaId: number;
  /** Throws where a field is missing or has another type than the schema says. */
  encode(event: UpdateEvent): Buffer;
  /**
   * Reads any known version as the newest. Throws `undecodable` (no header, truncated, trailing bytes, another record)
   * or `unknown_schema`; the message never quotes the bytes.
   */
  decode(value: Buffer): { schemaId: number; event: UpdateEvent };
}

const SUBJECT = 'update-event';
const SLAB_BYTES = 256 * 1024;

/** Encodes the newest version of `update-event`; decodes every version by one resolver each. */
export function createEventCodec(registry: SchemaRegistry): EventCodec {
  const schemaId = registry.idOf(SUBJECT);
  const newest = registry.byId(schemaId)!.type;
  // A record of the newest version itself needs no resolver.
  const resolvers = new Map(
    registry
      .all()
      .filter((one) => one.subject === SUBJECT)
      .map((one) => [one.id, one.id === schemaId ? undefined : newest.createResolver(one.type)]),
  );
  const write = slabWriter(newest, schemaId);
  return {
    schemaId,
    encode: write,
    decode(value) {
      if (value.length < HEADER_BYTES || value[0] !== 0) {
        throw new RollguardError('undecodable', 'the value has no schema header');
      }
      const id = value.readUInt32BE(1);
      if (!resolvers.has(id)) throw new RollguardError('unknown_schema', `schema id ${id} is not known`);
      const body = value.subarray(HEADER_BYTES);
      try {
        return { schemaId: id, event: newest.fromBuffer(body, resolvers.get(id)) as UpdateEvent };
      } catch {
        throw new RollguardError('undecodable', `the body does not hold schema ${id}`);
      }
    },
  };
}

/**
 * Writes records one after another into a slab and hands out slices of it: no allocation and no copy per record. A slab
 * lives as long as one of its records does.
 */
function slabWriter(type: avsc.Type, schemaId: number): (event: UpdateEvent) => Buffer {
  let slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  let at = 0;
  return (event) => {
    for (let room = SLAB_BYTES; ; room *= 2) {
      if (slab.length - at > HEADER_BYTES) {
        const end = type.encode(event, slab, at + HEADER_BYTES);
        // A negative end says by how much the slab was too short.
        if (end >= 0) {
          slab[at] = 0;
          slab.writeUInt32BE(schemaId, at + 1);
          const record = slab.subarray(at, end);
          at = end;
          return record;
        }
      }
      slab = Buffer.allocUnsafeSlow(room);
      at = 0;
    }
  };
}
