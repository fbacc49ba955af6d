import { hasCode } from '../../../lib/runtime/errors.ts';
import { GROUPS, TOPICS } from '../../../lib/log/topics.ts';
import { logColumn } from '../../../lib/warehouse/logColumn.ts';
import { rejectedSince } from '../../../lib/warehouse/queries/rejectedEvents.ts';
import { rawIntegrity, type PartitionIntegrity } from '../../../lib/warehouse/stored.ts';
import { rejectedEvents, updateEvents } from '../../../lib/warehouse/tables.ts';
import { partitionStates, type PartitionState } from '../logState.ts';
import type { ControlOptions } from '../options.ts';
import { fail, ok, type Check } from './check.ts';
import { lag, nothingLost, positions, type LostOptions, type StoredTopic } from './logChecks.ts';
import { deadLetters, rowsOnce } from './rowChecks.ts';
import { viewChecks } from './viewChecks.ts';

const hourMs = 60 * 60 * 1000;
const dayMs = 24 * hourMs;
/** How long raw rows are kept: the TTL of `update_events`. */
const keptMs = 180 * dayMs;
/** Offsets before each position that the quick examination looks at. */
const newestOffsets = 100_000;

export interface Diagnosis {
  checks: Check[];
  /** Stored events by partition: of the last day, or all of them in a deep examination. */
  partitions: PartitionIntegrity[];
  lag: PartitionState[];
}

/**
 * Proves the promises of docs/delivery.md on what is there. Quick looks at the last day of rows, the last hour of the views
 * and the newest offsets, and costs about as much whatever is stored; deep looks at everything.
 */
export async function examine(options: ControlOptions, deep: boolean): Promise<Diagnosis> {
  const { warehouse, log, clock, keys } = options;
  const now = clock();
  const logId = await log.id();
  const column = logColumn(logId);
  const rowsSince = deep ? new Date(0) : new Date(now - dayMs);
  const span = deep ? '' : ' of the last 24 h';

  // The log first: what is committed now has been stored before.
  const states = await partitionStates(log, GROUPS.worker, TOPICS.deviceEvents);
  const rejectedStates = await partitionStates(log, GROUPS.rejected, TOPICS.rejectedEvents);
  const stored = await rawIntegrity(warehouse, updateEvents, rowsSince);
  const rejected = await rawIntegrity(warehouse, rejectedEvents, rowsSince);
  const ofThisLog = (rows: PartitionIntegrity[]): PartitionIntegrity[] => rows.filter((row) => row.logId === column);
  const events: StoredTopic = {
    topic: TOPICS.deviceEvents,
    table: updateEvents,
    logId,
    column,
    states,
    stored: ofThisLog(stored),
  };
  const letters: StoredTopic = {
    topic: TOPICS.rejectedEvents,
    table: rejectedEvents,
    logId,
    column,
    states: rejectedStates,
    stored: ofThisLog(rejected),
  };
  const lost: LostOptions = {
    log,
    warehouse,
    newest: deep ? undefined : newestOffsets,
    rejectedWaiting: rejectedStates.reduce((sum, each) => sum + each.lag, 0),
    rejects: true,
  };
  const checks = [
    await logCheck(options),
    keys.healthy()
      ? ok('keys', `${keys.list().length} keys, following their topic.`)
      : fail('keys', 'The keys are not followed any more.', 'New and revoked keys go unnoticed: restart this process.'),
    positions('positions', events),
    await lag('lag', log, events, now),
    await nothingLost('nothing_lost', events, lost),
    rowsOnce('rows_once', 'update_events', stored, span),
    positions('rejected_positions', letters),
    await lag('rejected_lag', log, letters, now),
    await nothingLost('rejected_nothing_lost', letters, { ...lost, rejects: false, rejectedWaiting: 0 }),
    rowsOnce('rejected_rows_once', 'rejected_events', rejected, span),
    deadLetters(await rejectedSince(warehouse, new Date(now - dayMs)), 24),
    ...(await viewChecks(
      warehouse,
      { since: new Date(now - (deep ? keptMs : hourMs)), keptSince: new Date(now - keptMs), exact: deep },
      deep ? 'for all that is kept' : 'for the last hour',
    )),
  ];
  return { checks, partitions: stored, lag: states };
}

async function logCheck({ log }: ControlOptions): Promise<Check> {
  try {
    await log.ping();
    return ok('log', 'The log takes records.');
  } catch (error) {
    if (!hasCode(error, 'log_unavailable')) throw error;
    return fail('log', 'The log takes no records.', 'Events wait in the spools of the gateways: bring the log back.');
  }
}
