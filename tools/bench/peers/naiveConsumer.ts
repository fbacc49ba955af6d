/**
 * The consumer that one would write first: kafkajs hands over a batch, avsc decodes each message, the ClickHouse client
 * inserts the rows as JSON. It keeps our rules where they cost something: block sizes, tokens, commit after the insert.
 */
import { Kafka, logLevel } from 'kafkajs';
import { loadSchemas } from '../../../lib/events/schemas.ts';
import { argument, hear, leave, tell } from '../talk.ts';
import { Progress, type DrainArgument } from '../worker/drain.ts';
import { proofOf } from '../worker/proof.ts';
import { openPeer } from './client.ts';

const given = argument() as DrainArgument;
const { topic, logId } = given;
const registry = loadSchemas();
const { type } = registry.byId(registry.idOf('update-event'))!;
const { client, warehouse } = await openPeer(given.warehouse);
const kafka = new Kafka({ brokers: [given.brokers], logLevel: logLevel.NOTHING });
tell({ ready: true });
await hear();

const progress = new Progress(given.events);
const consumer = kafka.consumer({
  groupId: given.group,
  maxBytesPerPartition: given.fetchBytes,
  maxBytes: 64 * 1024 * 1024,
  maxWaitTimeInMs: given.lingerMs,
});
await consumer.connect();
await consumer.subscribe({ topics: [topic], fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachBatchAutoResolve: false,
  partitionsConsumedConcurrently: 2,
  async eachBatch(payload) {
    const { messages, partition } = payload.batch;
    for (let at = 0; at < messages.length; at += given.blockRows) {
      const block = messages.slice(at, at + given.blockRows);
      const rows = block.map(({ value, offset }) =>
        Object.assign(type.fromBuffer(value!.subarray(5)) as object, {
          log_id: `log_${logId}`,
          log_partition: partition,
          log_offset: Number(offset),
        }),
      );
      const [first, last] = [block[0]!.offset, block.at(-1)!.offset];
      await client.insert({
        table: 'rollguard.update_events',
        values: rows,
        format: 'JSONEachRow',
        clickhouse_settings: {
          insert_deduplication_token: `${logId}/${topic}/${partition}/${first}-${last}`,
          insert_deduplicate: 1,
          deduplicate_blocks_in_dependent_materialized_views: 1,
          async_insert: 0,
          max_insert_threads: '1',
          min_insert_block_size_rows: '10000000',
          min_insert_block_size_bytes: '1073741824',
        },
      });
      payload.resolveOffset(last);
      await consumer.commitOffsets([{ topic, partition, offset: String(Number(last) + 1) }]);
      await payload.heartbeat();
      progress.add(rows.length);
    }
  },
});
await progress.complete;
const drained = progress.result();
await consumer.disconnect();
tell({ ...drained, ...(await proofOf((sql) => warehouse.query(sql))) });
await client.close();
await warehouse.close();
leave();
