/**
 * The log port: partitioned, ordered, durable before the ack.
 *
 * Two adapters keep this contract, `kafka/` and `lmdb/`; `log.contract.ts` runs against both. Offsets are plain numbers
 * (safe to 2^53). An offset names one record; a *position* is the offset of the next record to be taken. Offsets have
 * holes (a transaction marker takes one), so nothing may be computed from their differences.
 */

/** A record on its way in. `key` chooses the partition (murmur2, as Kafka's own clients do), so a key stays in order. */
export interface NewRecord {
  key: Buffer;
  /** `null` deletes the key in a compacted topic. */
  value: Buffer | null;
  headers?: Record<string, string>;
}

/** Where a record came to lie. */
export interface Place {
  partition: number;
  offset: number;
}

/** A record as the log holds it. `timestamp` is the log's own, in epoch ms. */
export interface LogRecord extends Place {
  key: Buffer | null;
  value: Buffer | null;
  timestamp: number;
  headers: Record<string, string>;
}

/** The readable range of a partition: `first` is the oldest offset kept, `end` the position after the newest record. */
export interface PartitionRange {
  partition: number;
  first: number;
  end: number;
}

/** What a consumer group has committed for a partition. `metadata` is free text of at most 4,000 bytes, "" when none. */
export interface CommittedPosition {
  position: number;
  metadata: string;
}

export interface TopicSpec {
  name: string;
  partitions: number;
  /** Keeps the newest record of each key for ever, instead of all records for `retentionMs`. */
  compacted: boolean;
  /** Ignored for a compacted topic. */
  retentionMs: number;
}

/**
 * One partition as its present owner sees it. It is void once the partition has gone to another owner: then `owned()` is
 * false and `commit` throws `log_not_owner`, and nothing has been committed.
 */
export interface Assignment {
  readonly topic: string;
  readonly partition: number;
  /** What the group had committed when the partition was assigned; `null` when it has no position (new, or forgotten). */
  readonly committed: CommittedPosition | null;
  /** The range at assignment. */
  readonly range: PartitionRange;
  owned(): boolean;
  /** Moves the group's position and its metadata in one step, durable before it resolves. */
  commit(position: number, metadata: string): Promise<void>;
}

/**
 * What a consumer does with one partition. Calls never overlap for one handler. An error thrown by any call ends the
 * consumer: `Consumer.ended` rejects with it.
 */
export interface PartitionHandler {
  /** The position to read from. Called once, before any records. */
  start(): Promise<number>;
  /** Records in order, at least one. Awaiting is the backpressure; the session is kept alive meanwhile. */
  records(records: LogRecord[]): Promise<void>;
  /** Called about every `idleMs` while the partition has nothing new, and once when the consumer stops in order. */
  idle(): Promise<void>;
  /** The partition has been taken away, or the consumer stops. No further call follows. */
  close(): void;
}

export interface ConsumerOptions {
  group: string;
  topic: string;
  /** Largest number of bytes handed over in one call, about; a single larger record is still handed over. */
  maxBytes: number;
  /** How long the log may wait for more records before it hands over fewer, ms. */
  lingerMs: number;
  idleMs: number;
  open: (assignment: Assignment) => PartitionHandler;
}

export interface Consumer {
  /** Settles when the consumer stops: resolves after `stop()`, rejects when it died and cannot go on. */
  readonly ended: Promise<void>;
  /** Partitions owned just now. */
  owned(): number[];
  /** Epoch ms of the last sign of life from the log (a fetch or a heartbeat). */
  lastActivity(): number;
  /** Lets the handlers' running calls finish, then leaves the group. */
  stop(): Promise<void>;
}

/** A compacted topic in memory: read to its end, then followed. */
export interface LogTable {
  get(key: string): Buffer | undefined;
  entries(): IterableIterator<[string, Buffer]>;
  /** Called after each later change; returns the way to stop. */
  onChange(listener: (key: string, value: Buffer | null) => void): () => void;
  /** Resolves once everything appended before the call is visible here. */
  refresh(): Promise<void>;
  /** True while the table follows the topic without fault. */
  healthy(): boolean;
  close(): Promise<void>;
}

/** One atomic step of a consume-decide-produce loop. */
export interface Step {
  appends: { topic: string; records: NewRecord[] }[];
  commit: { group: string; topic: string; partition: number; position: number; metadata: string };
}

/**
 * The only writer under its id. Opening the same id elsewhere fences this one: its later steps throw `log_fenced` and
 * leave no trace.
 */
export interface FencedWriter {
  /** Appends and commit become visible together, or not at all. */
  step(step: Step): Promise<void>;
  close(): Promise<void>;
}

export interface Log {
  /** Made with the topics and kept with them: a recreated log has another id. Throws `log_not_migrated` before that. */
  id(): Promise<string>;
  /** Creates what is missing (never shrinks, never deletes) and returns the id. Safe to run twice, and side by side. */
  migrate(topics: TopicSpec[]): Promise<string>;
  /**
   * Gives the log a new id, and returns it: the way out when its topics were recreated or restored by hand, so that equal
   * offsets mean other records. Throws `log_not_migrated`.
   */
  renewId(): Promise<string>;
  /** Resolves when every record is durable (`acks=-1`, or flushed to disk); places in the order of the records. */
  append(topic: string, records: NewRecord[]): Promise<Place[]>;
  partitionOf(topic: string, key: Buffer): Promise<number>;
  ranges(topic: string): Promise<PartitionRange[]>;
  committed(group: string, topic: string): Promise<Map<number, CommittedPosition>>;
  /** Records of `[from, to]` still held, in order. Reads past the consumer groups; for recovery, tracing and replay. */
  read(topic: string, partition: number, from: number, to: number): AsyncIterable<LogRecord[]>;
  consume(options: ConsumerOptions): Promise<Consumer>;
  table(topic: string): Promise<LogTable>;
  fencedWriter(id: string): Promise<FencedWriter>;
  /** Forgets records below each position, where the log keeps to itself when to do so this does nothing. */
  trim(topic: string, below: Map<number, number>): Promise<void>;
  /** Throws `log_unavailable` when an append could not succeed now. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
