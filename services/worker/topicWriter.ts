import type { Consumer } from '../../lib/log/log.ts';
import type { BlockTable } from '../../lib/warehouse/warehouse.ts';
import { storedRows } from '../../lib/warehouse/stored.ts';
import { PartitionWriter, type PartitionWriterOptions } from './partitionWriter.ts';
import { wireSchemas } from './wireSchemas.ts';
import type { WorkerOptions } from './worker.ts';

/** A consumer group that moves one topic into one table. */
export type TopicWriter = Consumer;

export interface TopicWriterOptions extends Omit<WorkerOptions, 'codec'> {
  logId: string;
  topic: string;
  group: string;
  table: BlockTable;
  inspect: PartitionWriterOptions['inspect'];
  reject: PartitionWriterOptions['reject'];
  limit: PartitionWriterOptions['limit'];
  stopping: AbortSignal;
}

export function startTopicWriter(options: TopicWriterOptions): Promise<TopicWriter> {
  const { log, warehouse, config, logger, metrics, topic, table, logId } = options;
  const schemas = wireSchemas(options.registry, logId);
  const stored = storedRows(warehouse, table);
  return log.consume({
    group: options.group,
    topic,
    maxBytes: config.fetchBytes,
    lingerMs: config.lingerMs,
    idleMs: config.idleMs,
    open: (assignment) =>
      new PartitionWriter(assignment, {
        topic,
        logId,
        table,
        schemas,
        maxRows: config.blockRows,
        oldIntentMs: config.oldIntentMs,
        insert: (block) => warehouse.insertBlock(block),
        stored,
        read: (partition, from, to) => log.read(topic, partition, from, to),
        inspect: options.inspect,
        reject: options.reject,
        limit: options.limit,
        now: options.clock,
        reach: (point) => options.crashPoints.reach(point),
        onStored: (partition, block, tookMs) => {
          metrics.inc('rollguard_worker_stored_total', { topic }, block.good.length);
          metrics.observe('rollguard_worker_insert_seconds', { topic }, tookMs / 1000);
          metrics.set('rollguard_worker_position', { topic, partition: String(partition) }, block.last + 1);
        },
        onRetry: (partition, error, attempt) => {
          metrics.inc('rollguard_worker_retries_total', { topic });
          logger.warn({ topic, partition, attempt, err: error }, 'the warehouse is away; trying again');
        },
        onRecovered: (partition, what, range) => logger.info({ topic, partition, range, what }, 'recovered an intent'),
        stopping: options.stopping,
      }),
  });
}
