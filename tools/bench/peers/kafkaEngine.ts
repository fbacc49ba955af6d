/**
 * ClickHouse's own Kafka engine: a table that reads the topic as AvroConfluent, and a materialized view that carries its
 * rows into the same raw table. The engine asks a schema registry for the schema of an id; a small one answers here.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { loadSchemas } from '../../../lib/events/schemas.ts';
import { updateEvents } from '../../../lib/warehouse/tables.ts';
import { argument, hear, leave, tell } from '../talk.ts';
import { Progress, type DrainArgument } from '../worker/drain.ts';
import { proofOf } from '../worker/proof.ts';
import { openPeer } from './client.ts';

const given = argument() as DrainArgument;
const registry = loadSchemas();
const registryServer = createServer((request, response) => {
  const known = registry.byId(Number(/^\/schemas\/ids\/(\d+)/.exec(request.url ?? '')?.[1]));
  response.writeHead(known === undefined ? 404 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ schema: JSON.stringify(known?.schema) }));
});
await new Promise<void>((resolve) => registryServer.listen(0, '127.0.0.1', resolve));
const registryUrl = `http://127.0.0.1:${(registryServer.address() as AddressInfo).port}`;

const { client, warehouse } = await openPeer(given.warehouse);
const ofEvent = updateEvents.columns.filter(({ field }) => !field.startsWith('_'));
await client.command({
  query: `CREATE TABLE rollguard.bench_queue (${ofEvent.map(({ field, type }) => `${field} ${type}`).join(', ')})
    ENGINE = Kafka SETTINGS kafka_broker_list = '${given.brokers}', kafka_topic_list = '${given.topic}',
      kafka_group_name = '${given.group}', kafka_format = 'AvroConfluent', format_avro_schema_registry_url = '${registryUrl}',
      kafka_num_consumers = 2, kafka_thread_per_consumer = 1, kafka_max_block_size = ${given.blockRows},
      kafka_poll_max_batch_size = ${given.blockRows}, kafka_flush_interval_ms = 1000`,
});
tell({ ready: true });
await hear();

const progress = new Progress(given.events);
await client.command({
  query: `CREATE MATERIALIZED VIEW rollguard.bench_queue_view TO rollguard.update_events AS
    SELECT ${ofEvent.map(({ field }) => field).join(', ')}, 'log_${given.logId}' AS log_id,
      toUInt32(_partition) AS log_partition, _offset AS log_offset FROM rollguard.bench_queue`,
});
while (!progress.done()) {
  const [row] = await warehouse.query<{ stored: number }>('SELECT count() AS stored FROM rollguard.update_events');
  progress.note(row!.stored);
  await delay(50);
}
const drained = progress.result();
await client.command({ query: 'DROP TABLE rollguard.bench_queue_view' });
await client.command({ query: 'DROP TABLE rollguard.bench_queue' });
tell({ ...drained, ...(await proofOf((sql) => warehouse.query(sql))) });
registryServer.close();
await client.close();
await warehouse.close();
leave();
