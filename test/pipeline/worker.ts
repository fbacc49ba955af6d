import { Registry } from 'prom-client';
import { createEventCodec, type EventCodec } from '../../lib/events/codec.ts';
import type { UpdateEvent } from '../../lib/events/generated/update-event.ts';
import { loadSchemas } from '../../lib/events/schemas.ts';
import type { NewRecord } from '../../lib/log/log.ts';
import { GROUPS, TOPICS } from '../../lib/log/topics.ts';
import { createCrashPoints } from '../../lib/runtime/crashPoints.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import { createMetrics } from '../../lib/runtime/metrics.ts';
import { createWorker } from '../../services/worker/worker.ts';
import { workerDefaults } from '../../services/worker/workerConfig.ts';
import type { OperatorSite } from '../operatorSite.ts';
import { waitFor } from '../waitFor.ts';

const registry = loadSchemas();
export const codec: EventCodec = createEventCodec(registry);

export function recordOf(event: UpdateEvent, value: Buffer = codec.encode(event)): NewRecord {
  return { key: Buffer.from(`${event.app_id}:${event.device_id}`), value };
}

/** Runs a worker on the site's log until everything in it, dead letters included, is stored and committed. */
export async function storeAll({ log, warehouse }: OperatorSite): Promise<void> {
  const worker = createWorker({
    log,
    warehouse,
    config: { ...workerDefaults, blockRows: 100, lingerMs: 20, idleMs: 20 },
    logger: createLogger('silent', 'worker'),
    metrics: createMetrics(new Registry()),
    crashPoints: createCrashPoints(undefined),
    clock: Date.now,
    registry,
    codec,
  });
  const done = async (group: string, topic: string): Promise<boolean> => {
    const positions = await log.committed(group, topic);
    const ranges = await log.ranges(topic);
    return ranges.every(({ partition, end }) => (positions.get(partition)?.position ?? 0) === end);
  };
  await worker.start();
  try {
    // In this order: dead letters come out of events.
    await waitFor(() => done(GROUPS.worker, TOPICS.deviceEvents), { timeoutMs: 30_000, what: 'the events' });
    await waitFor(() => done(GROUPS.rejected, TOPICS.rejectedEvents), { timeoutMs: 30_000, what: 'the dead letters' });
  } finally {
    await worker.stop();
  }
}
