import type { Log } from '../../lib/log/log.ts';
import type { EventCodec } from '../../lib/events/codec.ts';
import type { SchemaRegistry } from '../../lib/events/schemas.ts';
import { GROUPS, TOPICS } from '../../lib/log/topics.ts';
import { RollguardError, hasCode } from '../../lib/runtime/errors.ts';
import type { CrashPoints } from '../../lib/runtime/crashPoints.ts';
import type { Logger } from '../../lib/runtime/logger.ts';
import type { Metrics } from '../../lib/runtime/metrics.ts';
import { rejectedEvents, updateEvents } from '../../lib/warehouse/tables.ts';
import type { Warehouse } from '../../lib/warehouse/warehouse.ts';
import { inspectUpdateEvents } from './inspect.ts';
import { RejectionLimit } from './rejectionLimit.ts';
import { createRejector } from './rejector.ts';
import { startTopicWriter, type TopicWriter } from './topicWriter.ts';
import type { WorkerConfig } from './workerConfig.ts';

export interface WorkerOptions {
  log: Log;
  warehouse: Warehouse;
  config: WorkerConfig;
  logger: Logger;
  metrics: Metrics;
  crashPoints: CrashPoints;
  clock: () => number;
  registry: SchemaRegistry;
  codec: EventCodec;
}

export interface Worker {
  start(): Promise<void>;
  /** Resolves after `stop`; rejects when a consumer has died, after which the process should end with a failure. */
  readonly ended: Promise<void>;
  /** Epoch ms of the last sign of life from the log. */
  lastActivity(): number;
  owned(): number[];
  stop(): Promise<void>;
}

/** Moves `device-events` into `update_events`, and `rejected-events` into `rejected_events`. */
export function createWorker(options: WorkerOptions): Worker {
  const { log, metrics, clock } = options;
  const stopping = new AbortController();
  const { promise: ended, resolve, reject } = deferred();
  let writers: TopicWriter[] = [];
  // A worker that nobody waits for must not bring the process down by an unhandled rejection.
  ended.catch(() => undefined);

  async function start(): Promise<void> {
    const logId = await log.id();
    const deadLetter = createRejector(options.registry, { logId, topic: TOPICS.deviceEvents, step: 'worker' }, clock);
    const shared = { ...options, logId, stopping: stopping.signal };
    const toDeadLetters = startTopicWriter({
      ...shared,
      topic: TOPICS.deviceEvents,
      group: GROUPS.worker,
      table: updateEvents,
      inspect: inspectUpdateEvents((value) => options.codec.decode(value).event),
      limit: new RejectionLimit(options.config.rejections),
      reject: async (rejections) => {
        for (const { code } of rejections) metrics.inc('rollguard_worker_rejected_total', { code });
        await log.append(TOPICS.rejectedEvents, rejections.map(deadLetter));
      },
    });
    const fromDeadLetters = startTopicWriter({
      ...shared,
      topic: TOPICS.rejectedEvents,
      group: GROUPS.rejected,
      table: rejectedEvents,
      inspect: () => [],
      limit: new RejectionLimit(options.config.rejections),
      // There is no place behind the dead letters: what cannot even be stored there is written to the process's log.
      reject: (rejections) => {
        for (const { record, code } of rejections) {
          options.logger.error(
            { code, partition: record.partition, offset: record.offset },
            'dead letter is unreadable',
          );
        }
        return Promise.resolve();
      },
    });
    writers = await Promise.all([toDeadLetters, fromDeadLetters]);
    Promise.all(writers.map((writer) => writer.ended)).then(resolve, reject);
  }

  return {
    start,
    ended,
    lastActivity: () => Math.min(...writers.map((writer) => writer.lastActivity())),
    owned: () => writers[0]?.owned() ?? [],
    async stop() {
      stopping.abort(new RollguardError('log_not_owner', 'The worker is stopping.'));
      const stopped = await Promise.allSettled(writers.map((writer) => writer.stop()));
      for (const result of stopped) {
        if (result.status === 'rejected' && !hasCode(result.reason, 'log_not_owner')) throw result.reason;
      }
      resolve();
    },
  };
}

function deferred(): { promise: Promise<void>; resolve: () => void; reject: (error: unknown) => void } {
  let resolve: () => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
