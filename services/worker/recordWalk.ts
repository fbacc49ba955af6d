/**
 * Finds where one Avro value ends without decoding it. The worker frames records it has not read; a record that is a byte
 * short or long would shift every record behind it, so each one is walked first and must end exactly where its bytes end.
 *
 * Source of the format: Avro 1.11 specification, "Binary Encoding".
 */

/** Moves over one value from `at`; returns the position behind it, or -1 when the bytes are no such value. */
export type Walk = (bytes: Buffer, at: number, end: number) => number;

export type AvroSchema =
  | string
  | AvroSchema[]
  | {
      type: AvroSchema;
      name?: string;
      fields?: { name: string; type: AvroSchema }[];
      symbols?: string[];
      size?: number;
      items?: AvroSchema;
      values?: AvroSchema;
      logicalType?: string;
    };

const longestVarint = 10;

const skipVarint: Walk = (bytes, at, end) => {
  for (let next = at; next < end && next < at + longestVarint; next += 1) {
    if (bytes[next]! < 0x80) return next + 1;
  }
  return -1;
};

/** A zigzag varint as a number, exact to 2^53; `undefined` when the bytes end inside it. */
export function readLong(bytes: Buffer, at: number, end: number): { value: number; next: number } | undefined {
  let raw = 0;
  let scale = 1;
  for (let next = at; next < end && next < at + longestVarint; next += 1) {
    const byte = bytes[next]!;
    raw += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value: raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2, next: next + 1 };
    scale *= 128;
  }
  return undefined;
}

const skipBytes: Walk = (bytes, at, end) => {
  const first = bytes[at]!;
  // Nearly every text is shorter than 64 bytes, so that its length is one byte.
  if (at < end && first < 0x80) {
    if (first % 2 === 1) return -1;
    const next = at + 1 + first / 2;
    return next <= end ? next : -1;
  }
  const length = readLong(bytes, at, end);
  if (length === undefined || length.value < 0) return -1;
  const next = length.next + length.value;
  return next <= end ? next : -1;
};

const skipBoolean: Walk = (bytes, at, end) => (at < end && bytes[at]! <= 1 ? at + 1 : -1);

function skipFixed(size: number): Walk {
  return (_bytes, at, end) => (at + size <= end ? at + size : -1);
}

function skipEnum(count: number): Walk {
  return (bytes, at, end) => {
    const index = readLong(bytes, at, end);
    return index !== undefined && index.value >= 0 && index.value < count ? index.next : -1;
  };
}

function skipUnion(branches: Walk[]): Walk {
  return (bytes, at, end) => {
    const index = readLong(bytes, at, end);
    const branch = index === undefined ? undefined : branches[index.value];
    return index === undefined || branch === undefined ? -1 : branch(bytes, index.next, end);
  };
}

/** Arrays and maps: blocks of a count and that many entries, ended by a count of 0; a negative count is followed by a size. */
function skipBlocks(entry: Walk): Walk {
  return (bytes, at, end) => {
    let next = at;
    for (;;) {
      const count = readLong(bytes, next, end);
      if (count === undefined) return -1;
      next = count.next;
      if (count.value === 0) return next;
      if (count.value < 0) {
        next = skipVarint(bytes, next, end);
        if (next < 0) return -1;
      }
      for (let left = Math.abs(count.value); left > 0; left -= 1) {
        const before = next;
        next = entry(bytes, next, end);
        // Entries without bytes do not occur in our schemas; without this a forged count would spin for ever.
        if (next <= before) return -1;
      }
    }
  };
}

function skipAll(walks: Walk[]): Walk {
  return (bytes, at, end) => {
    let next = at;
    for (const walk of walks) {
      next = walk(bytes, next, end);
      if (next < 0) return -1;
    }
    return next;
  };
}

const opLong = 0;
const opText = 1;
const opOther = 2;

/**
 * As `skipAll`, for the record that every event is: the fields whose bytes are a short varint or a short text, which is
 * nearly all of them, are moved over in place. A call a field would cost more than the rest of the worker's own work.
 */
function skipFields(walks: Walk[]): Walk {
  const ops = Uint8Array.from(walks, (walk) => (walk === skipVarint ? opLong : walk === skipBytes ? opText : opOther));
  return (bytes, at, end) => {
    let next = at;
    for (let field = 0; field < ops.length; field += 1) {
      const first = bytes[next]!;
      const op = ops[field];
      if (op === opText && next < end && first < 0x80 && first % 2 === 0) {
        next += 1 + first / 2;
        if (next > end) return -1;
      } else if (op === opLong && next < end && first < 0x80) {
        next += 1;
      } else {
        next = walks[field]!(bytes, next, end);
        if (next < 0) return -1;
      }
    }
    return next;
  };
}

/** The walk of a schema. Throws on a type that no schema of ours has. */
export function compileWalk(schema: AvroSchema): Walk {
  if (Array.isArray(schema)) return skipUnion(schema.map(compileWalk));
  const type = typeof schema === 'string' ? schema : schema.type;
  switch (type) {
    case 'null':
      return (_bytes, at) => at;
    case 'boolean':
      return skipBoolean;
    case 'int':
    case 'long':
      return skipVarint;
    case 'float':
      return skipFixed(4);
    case 'double':
      return skipFixed(8);
    case 'string':
    case 'bytes':
      return skipBytes;
    default:
  }
  if (typeof schema === 'string') throw new TypeError(`no walk for the Avro type ${schema}`);
  switch (type) {
    case 'record':
      return skipFields((schema.fields ?? []).map((field) => compileWalk(field.type)));
    case 'enum':
      return skipEnum(schema.symbols?.length ?? 0);
    case 'fixed':
      return skipFixed(schema.size ?? 0);
    case 'array':
      return skipBlocks(compileWalk(schema.items ?? 'null'));
    case 'map':
      return skipBlocks(skipAll([skipBytes, compileWalk(schema.values ?? 'null')]));
    default:
      return compileWalk(schema.type);
  }
}
