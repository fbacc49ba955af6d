import { createEventCodec } from '../../../lib/events/codec.ts';
import { loadSchemas } from '../../../lib/events/schemas.ts';
import type { NewRecord } from '../../../lib/log/log.ts';
import { openLog } from '../../../lib/log/open.ts';
import { topics, TOPICS } from '../../../lib/log/topics.ts';
import { updateEvents } from '../events.ts';
import { argument, leave, tell } from '../talk.ts';

export interface FillArgument {
  brokers: string;
  events: number;
  partitions: number;
}

export interface Filled {
  logId: string;
  topic: string;
  /** Mean bytes of a record's value, header included. */
  bytesPerEvent: number;
  devices: number;
}

const chunk = 4_000;

const { brokers, events, partitions } = argument() as FillArgument;
const codec = createEventCodec(loadSchemas());
const log = openLog({ kind: 'kafka', brokers: [brokers], appendTimeoutMs: 60_000 });
const logId = await log.migrate(topics(partitions));
let bytes = 0;
let records: NewRecord[] = [];
let appending: Promise<unknown> = Promise.resolve();
const devices = new Set<string>();
for (const event of updateEvents(events, Date.now())) {
  const key = `${event.app_id}:${event.device_id}`;
  devices.add(key);
  const value = codec.encode(event);
  bytes += value.length;
  records.push({ key: Buffer.from(key), value });
  if (records.length < chunk) continue;
  await appending;
  appending = log.append(TOPICS.deviceEvents, records);
  records = [];
}
await appending;
await log.append(TOPICS.deviceEvents, records);
await log.close();
tell({ logId, topic: TOPICS.deviceEvents, bytesPerEvent: bytes / events, devices: devices.size } satisfies Filled);
leave();
