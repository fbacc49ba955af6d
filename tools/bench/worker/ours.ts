/** Rollguard's worker as it is, on the Kafka log. */
import { Registry } from 'prom-client';
import { createEventCodec } from '../../../lib/events/codec.ts';
import { loadSchemas } from '../../../lib/events/schemas.ts';
import { openLog } from '../../../lib/log/open.ts';
import { createCrashPoints } from '../../../lib/runtime/crashPoints.ts';
import { createLogger } from '../../../lib/runtime/logger.ts';
import { createMetrics, type Metrics } from '../../../lib/runtime/metrics.ts';
import { openWarehouse } from '../../../lib/warehouse/open.ts';
import { createWorker } from '../../../services/worker/worker.ts';
import { workerDefaults } from '../../../services/worker/workerConfig.ts';
import { argument, hear, leave, tell } from '../talk.ts';
import { Progress, type DrainArgument } from './drain.ts';
import { proofOf } from './proof.ts';

const given = argument() as DrainArgument;
const registry = loadSchemas();
const log = openLog({ kind: 'kafka', brokers: [given.brokers] });
const warehouse = await openWarehouse(given.warehouse);
await warehouse.migrate();
tell({ ready: true });
await hear();

const progress = new Progress(given.events);
const metrics = createMetrics(new Registry());
const counting: Metrics = {
  ...metrics,
  inc(name, labels, by) {
    metrics.inc(name, labels, by);
    if (name === 'rollguard_worker_stored_total') progress.add(by ?? 1);
  },
};
const worker = createWorker({
  log,
  warehouse,
  registry,
  codec: createEventCodec(registry),
  config: { ...workerDefaults, blockRows: given.blockRows, fetchBytes: given.fetchBytes, lingerMs: given.lingerMs },
  logger: createLogger('warn', 'worker'),
  metrics: counting,
  crashPoints: createCrashPoints(undefined),
  clock: Date.now,
});
await worker.start();
await Promise.race([progress.complete, worker.ended]);
const drained = progress.result();
await worker.stop();
tell({ ...drained, ...(await proofOf((sql) => warehouse.query(sql))) });
await log.close();
await warehouse.close();
leave();
