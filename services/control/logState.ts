import type { Log } from '../../lib/log/log.ts';
import { count, flag, list, nullable, object, type Json } from './schema.ts';

export const lagSchema = object({
  partition: count('The partition.'),
  first: count('Oldest offset that the log still holds.'),
  end: count('Position after the newest record.'),
  position: nullable(
    count('What the worker has committed: everything before it is stored or rejected; null when nothing.'),
  ),
  block_under_way: flag('A block from the position on is being stored, or is stored already.'),
  lag: count('end − position: the most records that may not be stored yet. Offsets have holes, so there may be fewer.'),
});

export const lagsSchema = list(
  lagSchema,
  'By partition of `rollguard.device-events`; empty while the log cannot be reached.',
);

export type PartitionState = Json<typeof lagSchema>;

/** How far a group has come in a topic, by partition. */
export async function partitionStates(log: Log, group: string, topic: string): Promise<PartitionState[]> {
  // The positions first: read after the ends, they could lie beyond them.
  const committed = await log.committed(group, topic);
  const ranges = await log.ranges(topic);
  return ranges
    .map(({ partition, first, end }) => {
      const { position, metadata } = committed.get(partition) ?? { position: null, metadata: '' };
      // What lies before the first offset kept is gone from the log, stored or not.
      const from = Math.max(position ?? first, first);
      return { partition, first, end, position, block_under_way: metadata !== '', lag: Math.max(0, end - from) };
    })
    .sort((left, right) => left.partition - right.partition);
}

/** A record of the log that is not behind the group's position yet. */
export interface WaitingRecord {
  partition: number;
  offset: number;
  /** Of the log, epoch ms. */
  timestamp: number;
}

/**
 * The waiting records whose bytes hold the text, of at most `budget` looked at; `complete` says whether that was all.
 * The bytes and not the record are searched: a text of 36 characters is found in a record that nobody can decode too.
 */
export async function searchWaiting(
  log: Log,
  topic: string,
  states: readonly PartitionState[],
  wanted: string,
  budget: number,
): Promise<{ found: WaitingRecord[]; complete: boolean }> {
  const found: WaitingRecord[] = [];
  let left = budget;
  for (const { partition, first, end, position } of states) {
    const from = Math.max(position ?? first, first);
    if (from >= end) continue;
    for await (const records of log.read(topic, partition, from, end - 1)) {
      for (const { offset, timestamp, value } of records) {
        if (left === 0) return { found, complete: false };
        left -= 1;
        if (value?.includes(wanted) === true) found.push({ partition, offset, timestamp });
      }
    }
  }
  return { found, complete: true };
}
