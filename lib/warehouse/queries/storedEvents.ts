import type { UpdateEvent } from '../../events/generated/update-event.ts';
import { parametersAtOnce } from '../params.ts';
import type { Warehouse } from '../warehouse.ts';

/** A stored event with where it lies in the log. Times are epoch ms. */
export interface StoredEvent extends UpdateEvent {
  log_id: string;
  log_partition: number;
  log_offset: number;
}

const columns = `* REPLACE (
  toString(event_id) AS event_id, toUnixTimestamp64Milli(received_at) AS received_at,
  toUnixTimestamp64Milli(occurred_at) AS occurred_at, toUnixTimestamp64Milli(device_clock) AS device_clock,
  toUnixTimestamp64Milli(sent_at) AS sent_at)`;

/** Every stored copy of an event, in the order of the log: a retry of which both were logged has two. */
export function eventCopies(warehouse: Warehouse, id: string): Promise<StoredEvent[]> {
  return warehouse.query(
    `SELECT ${columns} FROM rollguard.update_events WHERE rollguard.update_events.event_id = {id:UUID}
     ORDER BY log_id, log_partition, log_offset LIMIT 100`,
    { id },
  );
}

/** Which of these ids are stored. */
export async function storedIds(warehouse: Warehouse, ids: readonly string[]): Promise<Set<string>> {
  const stored = new Set<string>();
  for (let at = 0; at < ids.length; at += parametersAtOnce) {
    const rows = await warehouse.query<{ id: string }>(
      `SELECT DISTINCT toString(event_id) AS id FROM rollguard.update_events
       WHERE event_id IN arrayMap(id -> toUUID(id), {ids:Array(String)})`,
      { ids: ids.slice(at, at + parametersAtOnce) },
    );
    for (const { id } of rows) stored.add(id);
  }
  return stored;
}

/** A place in a device's timeline: after this event. */
export interface TimelineCursor {
  /** The device's clock, epoch ms. */
  clock: number;
  rank: number;
  id: string;
}

/** Ties of the device's clock go by the life cycle of an update, as they do in the outcome. */
const lifeCycle = [
  'update_checked',
  'update_offered',
  'download_started',
  'download_progressed',
  'download_completed',
  'download_failed',
  'install_failed',
  'activated',
  'install_completed',
  'rolled_back',
  'app_crashed',
];

export function rankOf(kind: string): number {
  const rank = lifeCycle.indexOf(kind);
  return rank < 0 ? lifeCycle.length : rank;
}

/**
 * Events of a device in the order of its own clock, at most `limit` different ones; copies of an event stand next to each
 * other, the one received first in front.
 */
export function deviceEvents(
  warehouse: Warehouse,
  about: { app: string; device: string; limit: number; after?: TimelineCursor | undefined },
): Promise<StoredEvent[]> {
  const { app, device, limit, after } = about;
  // A kind that is not in the list comes last.
  const rank = `toInt64(if(has({kinds:Array(String)}, e.kind), indexOf({kinds:Array(String)}, e.kind), length({kinds:Array(String)}) + 1)) - 1`;
  const key = `(toUnixTimestamp64Milli(e.device_clock), ${rank}, toString(e.event_id))`;
  return warehouse.query(
    `WITH ${key} AS place
     SELECT ${columns} EXCEPT (place) FROM (
       SELECT e.*, place FROM rollguard.update_events AS e
       WHERE app_id = {app:String} AND device_id = {device:String} AND place IN (
         SELECT DISTINCT place FROM rollguard.update_events AS e
         WHERE app_id = {app:String} AND device_id = {device:String}
           AND (NOT {continued:Bool} OR place > ({clock:Int64}, {rank:UInt32}, {id:String}))
         ORDER BY place LIMIT {limit:UInt32})
       ORDER BY place, e.received_at, e.log_partition, e.log_offset)`,
    {
      app,
      device,
      limit,
      kinds: lifeCycle,
      continued: after !== undefined,
      clock: after?.clock ?? 0,
      rank: after?.rank ?? 0,
      id: after?.id ?? '',
    },
  );
}
