import assert from 'node:assert/strict';
import { waitFor } from '../../../test/waitFor.ts';
import { hasCode } from '../../runtime/errors.ts';
import type { ErrorCode } from '../../runtime/errors.ts';
import type { Log, LogRecord, NewRecord, TopicSpec } from '../log.ts';

/** A log to test, by adapter. One of its logs is open at a time, as LMDB wants it. */
export interface LogWorld {
  open(): Promise<Log>;
  /** Makes a closed log's topics vanish, as an operator would. */
  dropTopics(names: string[]): Promise<void>;
  /** Makes the open log fail from here on. The last thing a test does with it. */
  takeAway(log: Log): Promise<void>;
  bringBack(): Promise<void>;
}

/** Waits for the condition; half a minute leaves room for a rebalance on a busy machine. */
export async function eventually<T>(condition: () => T | Promise<T>, what: string): Promise<NonNullable<T>> {
  return waitFor(condition, { timeoutMs: 30_000, what });
}

const DAY = 86_400_000;
let topics = 0;

/** A topic of its own for each test, so that tests on one broker do not meet. */
export function aTopic(overrides: Partial<TopicSpec> = {}): TopicSpec {
  topics += 1;
  const name = `contract.${process.pid}-${topics}`;
  return { name, partitions: 4, compacted: false, retentionMs: DAY, ...overrides };
}

export function aRecord(key: string, value: string | null, headers?: Record<string, string>): NewRecord {
  const record = { key: Buffer.from(key), value: value === null ? null : Buffer.from(value) };
  return headers ? { ...record, headers } : record;
}

export function refusal(code: ErrorCode): (error: unknown) => boolean {
  return (error) => {
    assert.ok(hasCode(error, code), `expected ${code}, got ${String(error)}`);
    return true;
  };
}

/** What the tests of one adapter share: its log that is open now, and ways to it. */
export interface Scene {
  readonly log: Log;
  reopen(): Promise<void>;
  /** A new topic; its name. */
  made(overrides?: Partial<TopicSpec>): Promise<string>;
  readAll(topic: string, partition: number, from?: number, to?: number): Promise<LogRecord[]>;
}
