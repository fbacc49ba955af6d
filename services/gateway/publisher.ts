import { setTimeout as delay } from 'node:timers/promises';
import type { Log, NewRecord } from '../../lib/log/log.ts';
import { recordBytes } from '../../lib/log/recordSize.ts';
import type { Spool } from '../../lib/log/spool.ts';
import { hasCode } from '../../lib/runtime/errors.ts';
import type { Logger } from '../../lib/runtime/logger.ts';
import type { Metrics } from '../../lib/runtime/metrics.ts';
import { Problem } from './problem.ts';

export interface PublisherOptions {
  log: Log;
  topic: string;
  /** Absent: an event that the log does not take is refused. */
  spool: Spool | undefined;
  maxInflightBytes: number;
  retryAfterSeconds: number;
  logger: Logger;
  metrics: Metrics;
  reach: (point: string) => void;
}

export type Durable = 'accepted' | 'spooled';

export interface Publisher {
  /** Resolves when every record is durable, and says where. Throws the problem `overloaded` when none can be kept. */
  publish(records: NewRecord[]): Promise<Durable>;
  /** Finishes what has begun; what lies in the spool stays there. */
  stop(): Promise<void>;
}

interface Waiting {
  records: NewRecord[];
  resolve: (where: Durable) => void;
  reject: (error: unknown) => void;
}

const drainRecords = 1000;
const drainBytes = 1024 * 1024;
const drainPauseMs = 500;

/**
 * Coalesces requests into appends: while one append is under way, later requests gather and go together in the next.
 *
 * Two states. *Direct*: appends go to the log. When the log refuses for being away, the same records go into the spool and
 * the state is *spooling*: everything goes through the spool, so that a device's events stay in order, and the drain moves
 * the oldest ones to the log, deleting each batch only after the log has acknowledged it. Once the spool is empty the state
 * is direct again. A crash between acknowledgement and deletion appends a batch twice, which no count can see.
 */
export function createPublisher(options: PublisherOptions): Publisher {
  const { log, topic, spool, metrics, logger } = options;
  let waiting: Waiting[] = [];
  let inflight = 0;
  let running: Promise<void> | undefined;
  let draining: Promise<void> | undefined;
  let stopped = false;

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      const records = batch.flatMap((each) => each.records);
      metrics.observe('rollguard_gateway_append_events', {}, records.length);
      try {
        const where = await keep(records);
        for (const each of batch) each.resolve(where);
      } catch (error) {
        for (const each of batch) each.reject(error);
      }
    }
  }

  async function keep(records: NewRecord[]): Promise<Durable> {
    if (draining === undefined) {
      try {
        const started = performance.now();
        await log.append(topic, records);
        metrics.observe('rollguard_gateway_append_seconds', {}, (performance.now() - started) / 1000);
        return 'accepted';
      } catch (error) {
        if (spool === undefined || !hasCode(error, 'log_unavailable')) throw overloaded(error);
        logger.warn({ err: error }, 'the log is away; events go to the spool');
      }
    }
    try {
      await spool!.append(records);
    } catch (error) {
      throw overloaded(error);
    }
    gauge();
    draining ??= drain().finally(() => {
      draining = undefined;
    });
    return 'spooled';
  }

  async function drain(): Promise<void> {
    for (let head = spool!.oldest(drainRecords, drainBytes); head !== undefined && !stopped;) {
      try {
        await log.append(topic, head.records);
      } catch (error) {
        if (!hasCode(error, 'log_unavailable')) logger.error({ err: error }, 'the spool cannot be drained');
        await delay(drainPauseMs);
        continue;
      }
      options.reach('spool_half_drained');
      await spool!.remove(head.upTo);
      metrics.inc('rollguard_gateway_spool_drained_total', {}, head.records.length);
      gauge();
      head = spool!.oldest(drainRecords, drainBytes);
    }
  }

  function gauge(): void {
    metrics.set('rollguard_gateway_spool_bytes', {}, spool!.bytes);
    metrics.set('rollguard_gateway_spool_records', {}, spool!.records);
  }

  function overloaded(cause: unknown): Problem {
    logger.error({ err: cause }, 'events could not be kept');
    return new Problem('overloaded', undefined, options.retryAfterSeconds);
  }

  if (spool !== undefined && spool.records > 0) {
    draining = drain().finally(() => {
      draining = undefined;
    });
  }

  return {
    async publish(records) {
      const bytes = records.reduce((sum, record) => sum + recordBytes(record), 0);
      if (inflight + bytes > options.maxInflightBytes && inflight > 0) {
        throw new Problem('overloaded', 'Too many events wait to be made durable.', options.retryAfterSeconds);
      }
      inflight += bytes;
      metrics.set('rollguard_gateway_inflight_bytes', {}, inflight);
      try {
        return await new Promise<Durable>((resolve, reject) => {
          waiting.push({ records, resolve, reject });
          running ??= flush().finally(() => {
            running = undefined;
          });
        });
      } finally {
        inflight -= bytes;
        metrics.set('rollguard_gateway_inflight_bytes', {}, inflight);
      }
    },
    async stop() {
      stopped = true;
      await running;
      await draining;
    },
  };
}
