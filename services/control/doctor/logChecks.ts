import type { Log } from '../../../lib/log/log.ts';
import { offsetGaps, type Gap } from '../../../lib/warehouse/queries/offsetGaps.ts';
import type { PartitionIntegrity } from '../../../lib/warehouse/stored.ts';
import type { BlockTable, Warehouse } from '../../../lib/warehouse/warehouse.ts';
import type { PartitionState } from '../logState.ts';
import { fail, ok, warn, type Check } from './check.ts';

/** A topic and the table that it is stored in. */
export interface StoredTopic {
  topic: string;
  table: BlockTable;
  /** Id of the log, and how the tables name it. */
  logId: string;
  column: string;
  states: readonly PartitionState[];
  /** What the table holds of this log; of the whole time, or of the last day. */
  stored: readonly PartitionIntegrity[];
}

const slowMs = 60_000;
const stoppedMs = 600_000;

/** The committed positions lie within the log, and agree with the largest stored offsets. */
export function positions(name: string, { topic, states, stored }: StoredTopic): Check {
  const faults: string[] = [];
  const doubts: string[] = [];
  for (const { partition, end, position, block_under_way } of states) {
    const largest = stored.find((each) => each.partition === partition)?.last;
    if (largest !== undefined && largest >= end) {
      faults.push(`partition ${partition} ends at ${end}, and offset ${largest} of it is stored`);
    } else if (position !== null && position > end) {
      faults.push(`partition ${partition} ends at ${end}, and its position is ${position}`);
    } else if (largest !== undefined && position !== null && largest >= position && !block_under_way) {
      doubts.push(`partition ${partition} has the position ${position}, and offset ${largest} of it is stored`);
    }
  }
  if (faults.length > 0) {
    return fail(
      name,
      `${topic} has begun anew: ${faults.join('; ')}.`,
      'Equal tokens would drop new rows in silence. Restore the log, or give it a new id with `rollguard migrate --new-log`.',
    );
  }
  if (doubts.length > 0) {
    return warn(
      name,
      `Positions of ${topic} were moved back: ${doubts.join('; ')}.`,
      'Nothing is stored twice by it: the worker adds what is missing. Find out who moved them.',
    );
  }
  return ok(name, `${states.length} partitions of ${topic}, positions within the log and in line with what is stored.`);
}

/** How far storing is behind, by the age of the oldest record that waits. */
export async function lag(name: string, log: Log, { topic, states }: StoredTopic, now: number): Promise<Check> {
  const waiting = states.reduce((sum, each) => sum + each.lag, 0);
  let oldest = now;
  for (const state of states) oldest = Math.min(oldest, (await oldestWaiting(log, topic, state)) ?? now);
  const seconds = Math.max(0, Math.round((now - oldest) / 1000));
  const summary = `Waiting in ${topic} to be stored: at most ${waiting}, the oldest for ${seconds} s.`;
  if (now - oldest <= slowMs) return ok(name, summary);
  const next =
    'Is a worker running, and does it get on? Its log says what it waits for; rollguard_worker_retries_total counts a warehouse that refuses.';
  return now - oldest <= stoppedMs ? warn(name, summary, next) : fail(name, summary, next);
}

async function oldestWaiting(log: Log, topic: string, state: PartitionState): Promise<number | undefined> {
  const { partition, first, end, position, block_under_way } = state;
  const from = Math.max(position ?? first, first);
  // A block under way may be stored already, and its position follows within a second.
  if (from >= end || block_under_way) return undefined;
  for await (const records of log.read(topic, partition, from, end - 1)) {
    if (records[0] !== undefined) return records[0].timestamp;
  }
  return undefined;
}

const gapsAtOnce = 1000;

export interface LostOptions {
  log: Log;
  warehouse: Warehouse;
  /** So many offsets before each position; everything that the log still holds when left out. */
  newest: number | undefined;
  /** Rejected records on their way into their table: an offset may be theirs. */
  rejectedWaiting: number;
  /** The topic's rejected records fill offsets too. */
  rejects: boolean;
}

/**
 * Every record that the log holds before the position is stored, or rejected. The offsets that no row has are read in the
 * log: a transaction marker, or nothing at all, is no loss.
 */
export async function nothingLost(name: string, about: StoredTopic, options: LostOptions): Promise<Check> {
  const { topic, table, column, logId, states } = about;
  const rejected = options.rejects ? { originLog: logId, topic } : undefined;
  let lost = 0;
  let seen = 0;
  const where: string[] = [];
  for (const { partition, first, position } of states) {
    if (position === null || position <= first) continue;
    const from = Math.max(first, options.newest === undefined ? first : position - options.newest);
    const missing: number[] = [];
    for (let next = from; next < position;) {
      const range = { logId: column, partition, first: next, last: position - 1 };
      const gaps = await offsetGaps(options.warehouse, table, range, rejected, gapsAtOnce);
      missing.push(...(await recordsIn(options.log, topic, partition, gaps)));
      next = gaps.length < gapsAtOnce ? position : gaps.at(-1)!.last + 1;
    }
    seen += position - from;
    lost += missing.length;
    if (missing[0] !== undefined) where.push(`partition ${partition} from offset ${missing[0]}`);
  }
  if (lost === 0)
    return ok(
      name,
      `Among the ${seen} offsets looked at in ${topic}, every record is stored${rejected ? ' or rejected' : ''}.`,
    );
  const summary = `Neither stored nor rejected, and before the positions of ${topic}: ${lost}; ${where.join('; ')}.`;
  if (options.rejectedWaiting > 0) {
    return warn(name, summary, `Rejected records still on their way: up to ${options.rejectedWaiting}. Ask again.`);
  }
  return fail(
    name,
    summary,
    'They are still in the log. With the workers stopped, set the position of their group back to the first of them (Kafka: kafka-consumer-groups.sh --reset-offsets): what is stored stays, what is missing is added.',
  );
}

async function recordsIn(log: Log, topic: string, partition: number, gaps: readonly Gap[]): Promise<number[]> {
  const offsets: number[] = [];
  for (const { first, last } of gaps) {
    for await (const records of log.read(topic, partition, first, last)) {
      for (const record of records) offsets.push(record.offset);
    }
  }
  return offsets;
}
