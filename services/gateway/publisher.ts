import { setTimeout as delay } from 'node:timers/promises';
import type { Log, NewRecord } from '../../lib/log/log.ts';
import { recordBytes } from '../../lib/log/recordSize.ts';
import type { Spool } from '../../lib/log/spool.ts';
import type { CrashPoints } from '../../lib/runtime/crashPoints.ts';
import { hasCode, RollguardError } from '../../lib/runtime/errors.ts';
import type { Logger } from '../../lib/runtime/logger.ts';
import type { Metrics } from '../../lib/runtime/metrics.ts';

export interface PublisherOptions {
  log: Pick<Log, 'append'>;
  topic: string;
  /** `undefined` switches spooling off: the log's faults then are the callers'. */
  spool: Spool | undefined;
  maxInflightBytes: number;
  appendTimeoutMs: number;
  logger: Logger;
  metrics: Metrics;
  crashPoints: CrashPoints;
}

export interface Publisher {
  /**
   * Resolves when the records are durable, in the log or in the spool. Throws `overloaded` (the byte budget is spent),
   * `spool_full`, or without a spool what the log threw.
   */
  publish(records: NewRecord[]): Promise<'accepted' | 'spooled'>;
  /** True when nothing waits in the spool. */
  direct(): boolean;
  /** Lets what was published become durable; what is in the spool stays there for the next start. */
  stop(): Promise<void>;
}

interface Waiting {
  records: NewRecord[];
  bytes: number;
  settle: (where: 'accepted' | 'spooled') => void;
  fail: (error: unknown) => void;
}

/** Most that one append holds; a single request above it is still appended whole. */
const SLICE_RECORDS = 4_096;
const SLICE_BYTES = 1024 * 1024;
const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 5_000;

/**
 * Carries events to the log, in one of two states:
 *
 * - *direct*: the spool is empty. One append is under way at a time; the requests that come meanwhile share the next one,
 *   so that a lone request waits for nobody and many share a flush. An append that fails, or takes longer than
 *   `appendTimeoutMs`, turns its slice over to the spool: the state is spooling.
 * - *spooling*: everything goes to the spool, also while it is drained, or a device's events could overtake each other.
 *   The drain appends the oldest records and only then removes them; when none is left the state is direct.
 *
 * After a crash between append and remove, and when an append that timed out succeeds all the same, records are in the
 * log twice, with the same event ids. None is ever lost.
 */
export function createPublisher(options: PublisherOptions): Publisher {
  const { log, topic, spool, logger, metrics, crashPoints } = options;
  const queue: Waiting[] = [];
  let inflightBytes = 0;
  let pumping: Promise<void> | undefined;
  let draining: Promise<void> | undefined;
  /** The append that has taken too long, until it settles: nothing else may be appended before. */
  let straggler: Promise<unknown> | undefined;
  const stopping = new AbortController();

  async function append(records: NewRecord[]): Promise<void> {
    const started = performance.now();
    await log.append(topic, records);
    metrics.observe('rollguard_gateway_append_seconds', {}, (performance.now() - started) / 1000);
    metrics.observe('rollguard_gateway_append_events', {}, records.length);
  }

  function nextSlice(): Waiting[] {
    let records = 0;
    let bytes = 0;
    let take = 0;
    for (const waiting of queue) {
      records += waiting.records.length;
      bytes += waiting.bytes;
      if (take > 0 && (records > SLICE_RECORDS || bytes > SLICE_BYTES)) break;
      take += 1;
    }
    return queue.splice(0, take);
  }

  async function store(records: NewRecord[]): Promise<'accepted' | 'spooled'> {
    if (!spool) {
      await append(records);
      return 'accepted';
    }
    if (spool.records === 0 && !straggler) {
      const running = append(records);
      try {
        await withDeadline(running, options.appendTimeoutMs);
        return 'accepted';
      } catch (error) {
        if (hasCode(error, 'log_record_too_large')) throw error;
        if (error instanceof TookTooLong) {
          straggler = running.catch(() => undefined).finally(() => (straggler = undefined));
        }
        logger.warn({ err: error, events: records.length }, 'the log is away: events go to the spool');
      }
    }
    await spool.append(records);
    draining ??= drain(spool).finally(() => (draining = undefined));
    return 'spooled';
  }

  async function pump(): Promise<void> {
    while (queue.length > 0) {
      const slice = nextSlice();
      try {
        const where = await store(slice.length === 1 ? slice[0]!.records : slice.flatMap((one) => one.records));
        for (const one of slice) one.settle(where);
      } catch (error) {
        for (const one of slice) one.fail(error);
      }
    }
  }

  async function drain(from: Spool): Promise<void> {
    let backoff = FIRST_BACKOFF_MS;
    while (!stopping.signal.aborted) {
      const head = from.oldest(SLICE_RECORDS, SLICE_BYTES);
      report(from);
      if (!head) return;
      try {
        await straggler;
        await append(head.records);
        crashPoints.reach('spool_half_drained');
        await from.remove(head.upTo);
        metrics.inc('rollguard_gateway_spool_drained_total', {}, head.records.length);
        if (from.records === 0) logger.info('the spool is empty again');
        backoff = FIRST_BACKOFF_MS;
      } catch (error) {
        logger.debug({ err: error, events: from.records }, 'the log is still away');
        await delay(backoff, undefined, { signal: stopping.signal }).catch(() => undefined);
        backoff = Math.min(backoff * 2, LONGEST_BACKOFF_MS);
      }
    }
  }

  function report(from: Spool): void {
    metrics.set('rollguard_gateway_spool_bytes', {}, from.bytes);
    metrics.set('rollguard_gateway_spool_records', {}, from.records);
  }

  function hold(bytes: number): void {
    inflightBytes += bytes;
    metrics.set('rollguard_gateway_inflight_bytes', {}, inflightBytes);
  }

  if (spool && spool.records > 0) draining = drain(spool).finally(() => (draining = undefined));

  return {
    direct: () => !spool || (spool.records === 0 && !straggler),
    async publish(records) {
      if (records.length === 0) return 'accepted';
      const bytes = records.reduce((sum, record) => sum + recordBytes(record), 0);
      if (inflightBytes + bytes > options.maxInflightBytes) throw new RollguardError('overloaded');
      hold(bytes);
      try {
        return await new Promise((settle, fail) => {
          queue.push({ records, bytes, settle, fail });
          pumping ??= pump().finally(() => (pumping = undefined));
        });
      } finally {
        hold(-bytes);
      }
    },
    async stop() {
      await pumping;
      stopping.abort();
      await draining;
      await straggler;
    },
  };
}

class TookTooLong extends Error {}

async function withDeadline(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TookTooLong(`no answer within ${ms} ms`)), ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
