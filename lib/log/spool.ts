import { mkdirSync } from 'node:fs';
import { open } from 'lmdb';
import { RollguardError } from '../runtime/errors.ts';
import { reasonOf } from './lmdb/commitError.ts';
import type { NewRecord } from './log.ts';
import { recordBytes } from './recordSize.ts';

/** The oldest records of a spool, and what `remove` needs to be told once they lie in the log. */
export interface SpoolHead {
  records: NewRecord[];
  upTo: number;
}

/** A queue on disk for records that the log could not take; it survives the death of its process. */
export interface Spool {
  /** Flushed to disk when it resolves; throws `spool_full` when the cap would be passed or the disk refuses. */
  append(records: NewRecord[]): Promise<void>;
  /** At least one record when there is any, in the order of their appends. */
  oldest(maxRecords: number, maxBytes: number): SpoolHead | undefined;
  remove(upTo: number): Promise<void>;
  readonly records: number;
  /** Keys and values, without the disk's own framing. */
  readonly bytes: number;
  readonly maxBytes: number;
  close(): Promise<void>;
}

/**
 * Opens the spool in a folder of its own, made when missing; only one process may have it open. A record is stored as
 * the length of its key (4 bytes, big endian), the key, the value; headers are not kept.
 */
export function openSpool(dir: string, maxBytes: number): Spool {
  mkdirSync(dir, { recursive: true });
  // Without overlapping sync a write settles after LMDB's own commit, which ends with the flush. Without batches of its own,
  // whose promises nobody holds, lmdb-js does not end the process when the disk is full.
  const db = open<Buffer, number>({
    path: dir,
    noSubdir: false,
    overlappingSync: false,
    eventTurnBatching: false,
    encoding: 'binary',
  });
  let records = 0;
  let bytes = 0;
  let next = 1;
  for (const { key, value } of db.getRange()) {
    records += 1;
    bytes += value.length - 4;
    next = key + 1;
  }

  return {
    maxBytes,
    get records() {
      return records;
    },
    get bytes() {
      return bytes;
    },
    async append(added) {
      const size = added.reduce((sum, record) => sum + recordBytes(record), 0);
      if (bytes + size > maxBytes) throw new RollguardError('spool_full');
      // Reserved before the write, so that appends side by side cannot pass the cap together.
      bytes += size;
      try {
        await db.transaction(() => {
          for (const record of added) void db.put(next++, frame(record));
        });
        records += added.length;
      } catch (cause) {
        bytes -= size;
        throw new RollguardError('spool_full', 'the spool cannot be written', { cause: await reasonOf(cause) });
      }
    },
    oldest(maxRecords, most) {
      const found: NewRecord[] = [];
      let upTo = 0;
      let taken = 0;
      for (const { key, value } of db.getRange({ limit: maxRecords })) {
        if (found.length > 0 && taken + value.length > most) break;
        found.push(unframe(value));
        taken += value.length;
        upTo = key;
      }
      return found.length > 0 ? { records: found, upTo } : undefined;
    },
    async remove(upTo) {
      let gone = 0;
      let freed = 0;
      const removed = db.transaction(() => {
        const drained = [...db.getRange({ end: upTo + 1 }).map(({ key, value }) => ({ key, size: value.length - 4 }))];
        for (const { key, size } of drained) {
          gone += 1;
          freed += size;
          void db.remove(key);
        }
      });
      await removed.catch(async (error: unknown) => {
        throw await reasonOf(error);
      });
      records -= gone;
      bytes -= freed;
    },
    close: () => db.close(),
  };
}

function frame(record: NewRecord): Buffer {
  const head = Buffer.allocUnsafe(4);
  head.writeUInt32BE(record.key.length);
  return Buffer.concat([head, record.key, record.value ?? Buffer.alloc(0)]);
}

function unframe(stored: Buffer): NewRecord {
  // A copy: what the database hands out may be memory that it uses again.
  const copy = Buffer.from(stored);
  const end = 4 + copy.readUInt32BE(0);
  return { key: copy.subarray(4, end), value: copy.subarray(end) };
}
