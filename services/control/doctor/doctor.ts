import { hasCode } from '../../../lib/runtime/errors.ts';
import { GROUPS, TOPICS } from '../../../lib/log/topics.ts';
import { logColumn } from '../../../lib/warehouse/logColumn.ts';
import { rejectedSince } from '../../../lib/warehouse/queries/rejectedEvents.ts';
import { rawIntegrity, type PartitionIntegrity } from '../../../lib/warehouse/stored.ts';
import { rejectedEvents, updateEvents } from '../../../lib/warehouse/tables.ts';
import { partitionStates, type PartitionState } from '../logState.ts';
import type { ControlOptions } from '../options.ts';
import { fail, ok, type Check } from './check.ts';
import { lag, nothingLost, positions, type StoredTopic } from './logChecks.ts';
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
  const { warehouse, clock } = options;
  const now = clock();
  const rowsSince = deep ? new Date(0) : new Date(now - dayMs);
  const span = deep ? '' : ' of the last 24 h';

  // The log first: what is committed now has been stored before.
  const state = await logState(options);
  const stored = await rawIntegrity(warehouse, updateEvents, rowsSince);
  const rejected = await rawIntegrity(warehouse, rejectedEvents, rowsSince);
  const checks = [
    state === undefined
      ? fail('log', 'The log cannot be reached.', 'Events wait in the spools of the gateways: bring the log back.')
      : ok('log', 'The log takes records.'),
    keysCheck(options),
    ...(state === undefined ? [] : await logChecks(options, { ...state, stored, rejected, deep, now })),
    rowsOnce('rows_once', 'update_events', stored, span),
    rowsOnce('rejected_rows_once', 'rejected_events', rejected, span),
    deadLetters(await rejectedSince(warehouse, new Date(now - dayMs)), 24),
    ...(await viewChecks(
      warehouse,
      { since: new Date(now - (deep ? keptMs : hourMs)), keptSince: new Date(now - keptMs), exact: deep },
      deep ? 'for all that is kept' : 'for the last hour',
    )),
  ];
  return { checks, partitions: stored, lag: state?.events ?? [] };
}

interface LogState {
  logId: string;
  events: PartitionState[];
  letters: PartitionState[];
}

/** `undefined` while the log is away, which is a finding and not the end of the examination. */
async function logState({ log }: ControlOptions): Promise<LogState | undefined> {
  try {
    await log.ping();
    return {
      logId: await log.id(),
      events: await partitionStates(log, GROUPS.worker, TOPICS.deviceEvents),
      letters: await partitionStates(log, GROUPS.rejected, TOPICS.rejectedEvents),
    };
  } catch (error) {
    if (hasCode(error, 'log_unavailable')) return undefined;
    throw error;
  }
}

interface LogFacts extends LogState {
  stored: PartitionIntegrity[];
  rejected: PartitionIntegrity[];
  deep: boolean;
  now: number;
}

/** What log and warehouse say about each other, for the events and for their dead letters. */
async function logChecks({ log, warehouse }: ControlOptions, facts: LogFacts): Promise<Check[]> {
  const { logId, now } = facts;
  const column = logColumn(logId);
  const ofThisLog = (rows: PartitionIntegrity[]): PartitionIntegrity[] => rows.filter((row) => row.logId === column);
  const names = { logId, column };
  const events: StoredTopic = {
    ...names,
    topic: TOPICS.deviceEvents,
    table: updateEvents,
    states: facts.events,
    stored: ofThisLog(facts.stored),
  };
  const letters: StoredTopic = {
    ...names,
    topic: TOPICS.rejectedEvents,
    table: rejectedEvents,
    states: facts.letters,
    stored: ofThisLog(facts.rejected),
  };
  const rejectedWaiting = facts.letters.reduce((sum, each) => sum + each.lag, 0);
  const looked = { log, warehouse, newest: facts.deep ? undefined : newestOffsets };
  return [
    positions('positions', events),
    await lag('lag', log, events, now),
    await nothingLost('nothing_lost', events, { ...looked, rejects: true, rejectedWaiting }),
    positions('rejected_positions', letters),
    await lag('rejected_lag', log, letters, now),
    await nothingLost('rejected_nothing_lost', letters, { ...looked, rejects: false, rejectedWaiting: 0 }),
  ];
}

function keysCheck({ keys }: ControlOptions): Check {
  if (keys.healthy()) return ok('keys', `${keys.list().length} keys, following their topic.`);
  return fail(
    'keys',
    'The keys are not followed any more.',
    'New and revoked keys go unnoticed: restart this process.',
  );
}
