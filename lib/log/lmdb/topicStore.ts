import { createHash } from 'node:crypto';
import type { Database } from 'lmdb';
import type { LogRecord, NewRecord, PartitionRange, Place, TopicSpec } from '../log.ts';
import { partitionOf } from '../murmur2.ts';
import type { Facts } from './facts.ts';
import { blockHead, decodeBlock, encodeBlock } from './block.ts';
import type { BlockHead } from './block.ts';

/** A block holds about this many bytes of records at most, so that a reader can stop near its own limit. */
const BLOCK_BYTES = 256 * 1024;
/** Most entries deleted in one transaction, so that a long trim does not hold up appends. */
const TRIM_ENTRIES = 1_000;

interface Partition {
  first: number;
  end: number;
  /** `end` as the transaction in flight would leave it. */
  stagedEnd: number;
}

export interface Databases {
  /** partition u32 BE, base offset u64 BE → block */
  blocks: Database<Buffer, Buffer>;
  /** SHA-256 of a record's key → partition and offset of its newest record; only written for a compacted topic */
  newest: Database<Buffer, Buffer>;
  facts: Facts;
}

/**
 * One topic in LMDB. `stage…` methods run inside a transaction of the write lane; `committed` or `rolledBack` follows.
 * Offsets are dense, but a compacted topic loses the superseded ones.
 */
export class TopicStore {
  private spec: TopicSpec;
  private readonly db: Databases;
  private readonly partitions: Partition[] = [];
  private readonly stagedNewest = new Map<string, { partition: number; offset: number }>();
  private readonly listeners = new Set<() => void>();
  private dirty = false;

  constructor(spec: TopicSpec, databases: Databases) {
    this.spec = spec;
    this.db = databases;
    this.reshape(spec);
  }

  get partitionCount(): number {
    return this.partitions.length;
  }

  /** Takes a new retention, and more partitions. */
  reshape(spec: TopicSpec): void {
    this.spec = spec;
    for (let partition = this.partitions.length; partition < spec.partitions; partition += 1) {
      this.partitions.push(this.load(partition));
    }
  }

  range(partition: number): PartitionRange {
    const { first, end } = this.partitions[partition]!;
    return { partition, first, end };
  }

  ranges(): PartitionRange[] {
    return this.partitions.map((_, partition) => this.range(partition));
  }

  stageAppend(records: NewRecord[], timestamp: number): Place[] {
    const places = new Array<Place>(records.length);
    const groups = new Map<number, { records: NewRecord[]; bytes: number }>();
    records.forEach((record, i) => {
      const partition = partitionOf(record.key, this.spec.partitions);
      let group = groups.get(partition);
      if (!group) groups.set(partition, (group = { records: [], bytes: 0 }));
      places[i] = { partition, offset: this.partitions[partition]!.stagedEnd + group.records.length };
      group.records.push(record);
      group.bytes += record.key.length + (record.value?.length ?? 0);
      if (this.spec.compacted || group.bytes >= BLOCK_BYTES) {
        this.stageBlock(partition, group.records, timestamp);
        groups.delete(partition);
      }
    });
    for (const [partition, group] of groups) this.stageBlock(partition, group.records, timestamp);
    return places;
  }

  /**
   * Forgets whole blocks below the position that are older than the topic's retention; at most a thousand a call.
   * Returns whether more may follow.
   */
  stageTrim(partition: number, below: number, now: number): boolean {
    const state = this.partitions[partition]!;
    let entries = 0;
    let first = state.first;
    for (const { value } of this.db.blocks.getRange({
      start: blockKey(partition, first),
      end: blockKey(partition, below),
    })) {
      const { base, count, timestamp } = blockHead(value);
      if (base + count > below || timestamp > now - this.spec.retentionMs || entries === TRIM_ENTRIES) break;
      void this.db.blocks.remove(blockKey(partition, base));
      first = base + count;
      entries += 1;
    }
    if (entries === 0) return false;
    this.db.facts.put(['first', this.spec.name, partition], first);
    state.first = first;
    return entries === TRIM_ENTRIES;
  }

  /** Records with `from <= offset < to` in order, until about `maxBytes` have been read; all sharing private memory. */
  read(partition: number, from: number, to: number, maxBytes: number): { records: LogRecord[]; bytes: number } {
    const { first, end } = this.partitions[partition]!;
    const start = Math.max(from, first);
    const stop = Math.min(to, end);
    const records: LogRecord[] = [];
    let bytes = 0;
    if (start < stop) {
      const begin = blockKey(partition, this.floor(partition, start)?.base ?? start);
      for (const { value } of this.db.blocks.getRange({ start: begin, end: blockKey(partition, stop) })) {
        bytes += decodeBlock(value, partition, start, stop, records);
        if (bytes >= maxBytes) break;
      }
    }
    return { records, bytes };
  }

  onAppend(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  committed(): void {
    if (!this.dirty) return;
    this.dirty = false;
    this.stagedNewest.clear();
    for (const partition of this.partitions) partition.end = partition.stagedEnd;
    for (const listener of [...this.listeners]) listener();
  }

  rolledBack(): void {
    this.dirty = false;
    this.stagedNewest.clear();
    this.partitions.forEach((_, partition) => (this.partitions[partition] = this.load(partition)));
  }

  private stageBlock(partition: number, records: NewRecord[], timestamp: number): void {
    const state = this.partitions[partition]!;
    const base = state.stagedEnd;
    this.dirty = true;
    if (this.spec.compacted) this.stageNewest(records[0]!.key, partition, base);
    void this.db.blocks.put(blockKey(partition, base), encodeBlock(base, timestamp, records));
    state.stagedEnd += records.length;
  }

  private stageNewest(key: Buffer, partition: number, offset: number): void {
    const hash = createHash('sha256').update(key).digest();
    const id = hash.toString('latin1');
    const stored = this.db.newest.get(hash);
    const older = this.stagedNewest.get(id) ?? (stored && readPlace(stored));
    if (older) void this.db.blocks.remove(blockKey(older.partition, older.offset));
    void this.db.newest.put(hash, blockKey(partition, offset));
    this.stagedNewest.set(id, { partition, offset });
  }

  private load(partition: number): Partition {
    const kept = this.db.facts.get(['first', this.spec.name, partition]);
    const first = typeof kept === 'number' ? kept : 0;
    const newest = this.floor(partition, Number.MAX_SAFE_INTEGER);
    const end = newest ? Math.max(first, newest.base + newest.count) : first;
    return { first, end, stagedEnd: end };
  }

  /** The last block that begins at or before the offset. */
  private floor(partition: number, offset: number): BlockHead | undefined {
    const range = { start: blockKey(partition, offset), end: partitionPrefix(partition), reverse: true, limit: 1 };
    for (const { value } of this.db.blocks.getRange(range)) return blockHead(value);
    return undefined;
  }
}

/** Sorts before every block of the partition, and after those of the partition before it. */
function partitionPrefix(partition: number): Buffer {
  return blockKey(partition, 0).subarray(0, 4);
}

function blockKey(partition: number, offset: number): Buffer {
  const key = Buffer.alloc(12);
  key.writeUInt32BE(partition, 0);
  key.writeBigUInt64BE(BigInt(offset), 4);
  return key;
}

function readPlace(key: Buffer): { partition: number; offset: number } {
  return { partition: key.readUInt32BE(0), offset: Number(key.readBigUInt64BE(4)) };
}
