import { setTimeout as delay } from 'node:timers/promises';
import type { Assignment, LogRecord, PartitionHandler } from '../../lib/log/log.ts';
import { logColumn } from '../../lib/warehouse/logColumn.ts';
import type { Block as WarehouseBlock, BlockTable, OffsetRange } from '../../lib/warehouse/warehouse.ts';
import { hasCode, RollguardError } from '../../lib/runtime/errors.ts';
import { cutBlock, type Block } from './block.ts';
import { decodeIntent, encodeIntent, type Intent } from './intent.ts';
import type { RejectionLimit } from './rejectionLimit.ts';
import { receivedAtOf, type Rejection } from './triage.ts';
import type { WireSchemas } from './wireSchemas.ts';

/** What the writer asks the warehouse about rows that are already there. All ranges are of the writer's own table. */
export interface StoredRows {
  offsets(range: OffsetRange): Promise<Set<number>>;
  /** The stored row with a partition's largest offset: that offset and its receive time, epoch ms. */
  newest(logId: string, partition: number): Promise<{ offset: number; receivedAt: number } | undefined>;
  /** Makes the views agree with the raw rows of the range again, whatever part of them was written before. */
  repairViews(range: OffsetRange): Promise<void>;
}

export interface PartitionWriterOptions {
  topic: string;
  logId: string;
  table: BlockTable;
  schemas: WireSchemas;
  maxRows: number;
  /** An intent older than this is checked against the stored rows before it is inserted again, ms. */
  oldIntentMs: number;
  insert: (block: WarehouseBlock) => Promise<void>;
  stored: StoredRows;
  read: (partition: number, from: number, to: number) => AsyncIterable<LogRecord[]>;
  /** Finds, one by one, the records that the warehouse cannot take. Pure: the same answer whenever it is asked. */
  inspect: (records: readonly LogRecord[]) => Rejection[];
  /** Resolves when the rejections are durable. */
  reject: (rejections: readonly Rejection[]) => Promise<void>;
  limit: RejectionLimit;
  now: () => number;
  /** Kills the process at a named point, in tests. */
  reach: (point: string) => void;
  onStored: (partition: number, block: Block, tookMs: number) => void;
  onRetry: (partition: number, error: unknown, attempt: number) => void;
  onRecovered: (partition: number, what: string, range: OffsetRange) => void;
  stopping: AbortSignal;
}

const wayOut =
  'The topic was recreated or restored from an older copy. Run `rollguard migrate --new-log`, which gives the log a new ' +
  'id, and start again.';

const firstRetryMs = 100;
const lastRetryMs = 5_000;

/**
 * Moves one partition from the log into the warehouse, each record exactly once.
 *
 * For every block `[first, last]`, in this order:
 *   1. commit position `first` with the intent. A crash before it: nothing has happened, the block is formed anew.
 *   2. insert the good records under the token `<log>/<topic>/<partition>/<first>-<last>`. A crash in it or after it: the
 *      next owner finds the intent, forms the same block from the same offsets and inserts it under the same token, which
 *      the warehouse drops or completes.
 *   3. hand the bad ones to the dead letters. A crash after it: they are handed over again; readers keep one of each origin.
 *   4. the next block's intent commit (or, when there is none, a plain commit by `idle`) moves the position past it.
 * Two owners may briefly believe in the same partition; both then insert the same block under the same token, and the
 * commit of the one that has lost it is refused.
 */
export class PartitionWriter implements PartitionHandler {
  readonly #assignment: Assignment;
  readonly #options: PartitionWriterOptions;
  #uncommitted: number | undefined;

  constructor(assignment: Assignment, options: PartitionWriterOptions) {
    this.#assignment = assignment;
    this.#options = options;
  }

  async start(): Promise<number> {
    const { committed, range } = this.#assignment;
    const { logId, stored } = this.#options;
    const partition = this.#assignment.partition;
    const newest = await this.#persist(() => stored.newest(logColumn(logId), partition));
    const largest = newest?.offset;
    if (largest !== undefined && largest >= range.end) {
      throw new RollguardError(
        'log_behind_warehouse',
        `Partition ${partition} of ${this.#options.topic} ends at ${range.end}, but the warehouse already holds offset ` +
          `${largest} of this log. ${wayOut}`,
      );
    }
    if (newest !== undefined) await this.#mustBeTheSameLog(newest.offset, newest.receivedAt);
    // Kafka forgets a group's positions seven days after the group empties; the warehouse does not.
    if (committed === null) return largest === undefined ? range.first : largest + 1;
    const intent = decodeIntent(committed.metadata);
    const beyond = largest ?? -1;
    if (intent !== undefined && beyond <= intent.last) return this.#recover(committed.position, intent);
    if (beyond < committed.position) return committed.position;
    // Somebody moved the position back, to an old intent or to none: what is stored stays, what is missing is added.
    await this.#reconcile(committed.position, beyond);
    this.#uncommitted = beyond + 1;
    return beyond + 1;
  }

  async records(records: LogRecord[]): Promise<void> {
    for (let at = 0; at < records.length;) {
      const block = cutBlock(records, at, this.#options.maxRows, this.#options.schemas);
      at += block.rows;
      this.#options.limit.count(block.rows, block.bad.length);
      await this.#take(block);
    }
  }

  async idle(): Promise<void> {
    if (this.#uncommitted === undefined) return;
    await this.#assignment.commit(this.#uncommitted, '');
    this.#uncommitted = undefined;
  }

  close(): void {
    this.#uncommitted = undefined;
  }

  async #take(block: Block): Promise<void> {
    const { reach, now } = this.#options;
    reach('before_intent');
    await this.#assignment.commit(
      block.first,
      encodeIntent({ last: block.last, rows: block.rows, mode: 'framed', at: now() }),
    );
    reach('after_intent');
    await this.#store(block, 'framed', '');
    reach('after_insert');
    this.#uncommitted = block.last + 1;
  }

  /** Steps 2 and 3. `suffix` tells the token of a repair from the block's own. */
  async #store(block: Block, mode: Intent['mode'], suffix: string): Promise<void> {
    const { options, partition } = { options: this.#options, partition: this.#assignment.partition };
    let { good, bad } = block;
    if (mode === 'decoded') {
      const refused = options.inspect(good);
      const offsets = new Set(refused.map((rejection) => rejection.record.offset));
      good = good.filter((record) => !offsets.has(record.offset));
      bad = [...bad, ...refused];
    }
    const started = performance.now();
    if (good.length > 0) {
      const container = options.schemas.get(block.schemaId!)!.framer.frame(good);
      const token = this.#token(block) + (mode === 'decoded' ? '/decoded' : '') + suffix;
      try {
        await this.#persist(() => options.insert({ table: options.table, container, token }));
      } catch (error) {
        if (!hasCode(error, 'warehouse_refused')) throw error;
        await this.#refused(block, mode, suffix, error);
        return;
      }
    }
    if (bad.length > 0) await options.reject(bad);
    options.onStored(partition, { ...block, good, bad }, performance.now() - started);
  }

  async #refused(block: Block, mode: Intent['mode'], suffix: string, cause: unknown): Promise<void> {
    const range = this.#range(block.first, block.last);
    const present = await this.#persist(() => this.#options.stored.offsets(range));
    const stored = block.good.filter((record) => present.has(record.offset)).length;
    if (stored > 0) {
      this.#options.reach('raw_stored_without_view');
      throw new RollguardError('block_half_stored', `${this.#token(block)}: ${stored} rows stored, then a fault.`, {
        cause,
      });
    }
    if (mode === 'decoded') {
      throw new RollguardError('block_refused', `${this.#token(block)}: no single record explains the refusal.`, {
        cause,
      });
    }
    if (suffix === '') {
      const intent = { last: block.last, rows: block.rows, mode: 'decoded', at: this.#options.now() } as const;
      await this.#assignment.commit(block.first, encodeIntent(intent));
    }
    await this.#store(block, 'decoded', suffix);
  }

  /** Finishes what an earlier owner began; returns the position behind it. */
  async #recover(first: number, intent: Intent): Promise<number> {
    const { now, oldIntentMs, onRecovered, stored, reach } = this.#options;
    const range = this.#range(first, intent.last);
    const old = now() - intent.at > oldIntentMs;
    const present = old ? await this.#persist(() => stored.offsets(range)) : new Set<number>();
    const block = present.size === 0 ? this.#whole(await this.#readRange(first, intent.last)) : undefined;
    if (block?.rows === intent.rows && block.last === intent.last) {
      onRecovered(range.partition, 'inserted again under its token', range);
      await this.#store(block, intent.mode, '');
      reach('after_insert');
    } else {
      // Its token may be forgotten, or would no longer name these rows: some have left the log, or the worker that began
      // the block knew other schemas, took other records for bad ones, and so ended the block elsewhere.
      await this.#reconcile(first, intent.last);
    }
    this.#uncommitted = intent.last + 1;
    return intent.last + 1;
  }

  /**
   * Brings a range whose token cannot be trusted any more to the state in which each of its records is stored once. Moves
   * no position: a crash in it leaves the range as it was found, to be reconciled again.
   */
  async #reconcile(first: number, last: number): Promise<void> {
    const { stored, maxRows, schemas, onRecovered } = this.#options;
    const range = this.#range(first, last);
    const present = await this.#persist(() => stored.offsets(range));
    const missing = (await this.#readRange(first, last)).filter((record) => !present.has(record.offset));
    for (let at = 0; at < missing.length;) {
      const block = cutBlock(missing, at, maxRows, schemas);
      at += block.rows;
      await this.#store(block, 'framed', '/repair');
    }
    await this.#persist(() => stored.repairViews(range));
    onRecovered(range.partition, `${missing.length} of ${present.size + missing.length} were missing`, range);
  }

  /** A recreated topic that has grown past the old one's end shows only by what lies at an offset known from before. */
  async #mustBeTheSameLog(offset: number, receivedAt: number): Promise<void> {
    const [record] = await this.#readRange(offset, offset);
    if (record === undefined || receivedAtOf(record) === receivedAt) return;
    const { topic } = this.#options;
    throw new RollguardError(
      'log_recreated',
      `Offset ${offset} of ${topic}/${this.#assignment.partition} holds another record than the warehouse. ${wayOut}`,
    );
  }

  async #readRange(first: number, last: number): Promise<LogRecord[]> {
    const records: LogRecord[] = [];
    for await (const chunk of this.#options.read(this.#assignment.partition, first, last)) {
      for (const record of chunk) records.push(record);
    }
    return records;
  }

  /** The block that begins with the first of these records, as far as one goes; `undefined` without any. */
  #whole(records: LogRecord[]): Block | undefined {
    return records.length === 0 ? undefined : cutBlock(records, 0, records.length, this.#options.schemas);
  }

  #token(block: Block): string {
    const { logId, topic } = this.#options;
    return `${logId}/${topic}/${this.#assignment.partition}/${block.first}-${block.last}`;
  }

  #range(first: number, last: number): OffsetRange {
    return { logId: logColumn(this.#options.logId), partition: this.#assignment.partition, first, last };
  }

  /** Tries until it succeeds or cannot: an outage is waited out, a refusal and a lost partition are not. */
  async #persist<T>(call: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await call();
      } catch (error) {
        if (!hasCode(error, 'warehouse_unavailable')) throw error;
        this.#options.onRetry(this.#assignment.partition, error, attempt);
      }
      const pause = Math.min(lastRetryMs, firstRetryMs * 2 ** Math.min(attempt, 10)) * (0.5 + Math.random() / 2);
      await delay(pause, undefined, { signal: this.#options.stopping }).catch(() => undefined);
      if (this.#options.stopping.aborted || !this.#assignment.owned()) throw new RollguardError('log_not_owner');
    }
  }
}
