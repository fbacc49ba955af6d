import type { LogRecord, NewRecord } from '../log.ts';

/**
 * How records lie in LMDB: one entry holds the records of one append that went to the same partition.
 *
 * Block: version u8, base offset f64, count u32, timestamp f64. Then each record: key length i32 (-1: none), value length
 * i32 (-1: none), header count u16, key, value, headers. Header: name length u16, value length u32, name, value. All
 * little-endian. An f64 holds any safe integer.
 */
const VERSION = 1;
const BLOCK_HEAD = 21;
const RECORD_HEAD = 10;

export interface BlockHead {
  base: number;
  count: number;
  timestamp: number;
}

export function encodeBlock(base: number, timestamp: number, records: NewRecord[]): Buffer {
  const headers = records.map((record) => encodeHeaders(record.headers));
  let size = BLOCK_HEAD;
  records.forEach((record, i) => {
    size += RECORD_HEAD + record.key.length + (record.value?.length ?? 0) + headers[i]!.bytes.length;
  });
  const block = Buffer.allocUnsafeSlow(size);
  block.writeUInt8(VERSION, 0);
  block.writeDoubleLE(base, 1);
  block.writeUInt32LE(records.length, 9);
  block.writeDoubleLE(timestamp, 13);
  let at = BLOCK_HEAD;
  records.forEach((record, i) => {
    block.writeInt32LE(record.key.length, at);
    block.writeInt32LE(record.value?.length ?? -1, at + 4);
    block.writeUInt16LE(headers[i]!.count, at + 8);
    at += RECORD_HEAD;
    at += record.key.copy(block, at);
    if (record.value) at += record.value.copy(block, at);
    at += headers[i]!.bytes.copy(block, at);
  });
  return block;
}

export function blockHead(block: Buffer): BlockHead {
  if (block.readUInt8(0) !== VERSION) throw new Error(`unknown block version ${block.readUInt8(0)}`);
  return { base: block.readDoubleLE(1), count: block.readUInt32LE(9), timestamp: block.readDoubleLE(13) };
}

/** Adds the block's records with `from <= offset < to` to `into`; they share the block's memory. Returns their bytes. */
export function decodeBlock(block: Buffer, partition: number, from: number, to: number, into: LogRecord[]): number {
  const { base, count, timestamp } = blockHead(block);
  let at = BLOCK_HEAD;
  let bytes = 0;
  for (let i = 0; i < count && base + i < to; i += 1) {
    const start = at;
    const keyLength = block.readInt32LE(at);
    const valueLength = block.readInt32LE(at + 4);
    const headerCount = block.readUInt16LE(at + 8);
    at += RECORD_HEAD;
    const key = keyLength < 0 ? null : block.subarray(at, (at += keyLength));
    const value = valueLength < 0 ? null : block.subarray(at, (at += valueLength));
    const headers: Record<string, string> = {};
    for (let h = 0; h < headerCount; h += 1) {
      const nameEnd = at + 6 + block.readUInt16LE(at);
      const valueEnd = nameEnd + block.readUInt32LE(at + 2);
      headers[block.toString('utf8', at + 6, nameEnd)] = block.toString('utf8', nameEnd, valueEnd);
      at = valueEnd;
    }
    if (base + i < from) continue;
    bytes += at - start;
    into.push({ partition, offset: base + i, key, value, timestamp, headers });
  }
  return bytes;
}

const NO_HEADERS = { count: 0, bytes: Buffer.alloc(0) };

function encodeHeaders(headers: Record<string, string> | undefined): { count: number; bytes: Buffer } {
  if (!headers) return NO_HEADERS;
  const parts: Buffer[] = [];
  const entries = Object.entries(headers);
  for (const [name, value] of entries) {
    const nameBytes = Buffer.from(name);
    const valueBytes = Buffer.from(value);
    const head = Buffer.alloc(6);
    head.writeUInt16LE(nameBytes.length, 0);
    head.writeUInt32LE(valueBytes.length, 2);
    parts.push(head, nameBytes, valueBytes);
  }
  return { count: entries.length, bytes: Buffer.concat(parts) };
}
