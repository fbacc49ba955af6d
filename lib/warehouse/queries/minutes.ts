import type { Warehouse } from '../warehouse.ts';
import { countedDevices, questionParams, type OutcomeQuestion } from './question.ts';

/** Epoch ms; `from` lies on a whole minute, and `stepMs` is whole minutes. */
export interface TimeSteps {
  from: number;
  to: number;
  stepMs: number;
}

/** Number of a step from `from` on. */
const step = (at: string): string => `intDiv(toUnixTimestamp64Milli(${at}) - {from:Int64}, {step:Int64})`;

function params({ from, to, stepMs }: TimeSteps): Record<string, number> {
  return { from, to, step: stepMs };
}

/** Events received about a release in each step, by kind, retries included; steps without any are absent. */
export function receivedEvents(
  warehouse: Warehouse,
  app: string,
  release: string,
  steps: TimeSteps,
): Promise<{ step: number; kind: string; events: number }[]> {
  return warehouse.query(
    `SELECT ${step("toDateTime64(minute, 3, 'UTC')")} AS step, toString(kind) AS kind, sum(events) AS events
     FROM rollguard.release_minutes
     WHERE app_id = {app:String} AND release = {release:String}
       AND minute >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND minute < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
     GROUP BY step, kind ORDER BY step, kind`,
    { app, release, ...params(steps) },
  );
}

/**
 * When the devices that are counted as installed or healed now first succeeded, and when those counted as failed or healed
 * first failed, by step of receipt. Over all time the sums are the numbers of the release.
 */
export function outcomeSteps(
  warehouse: Warehouse,
  question: OutcomeQuestion,
  steps: TimeSteps,
): Promise<{ step: number; succeeded: number; failed: number }[]> {
  return warehouse.query(
    `SELECT ${step('at')} AS step, countIf(what = 'succeeded') AS succeeded, countIf(what = 'failed') AS failed
     FROM (
       SELECT 'succeeded' AS what, o.first_success_at AS at
       FROM ${countedDevices} AS o WHERE o.outcome IN ('installed', 'healed')
       UNION ALL
       SELECT 'failed' AS what, min(f.first_received_at) AS at
       FROM rollguard.device_failures AS f
       INNER JOIN ${countedDevices} AS o ON o.device = f.device
       WHERE f.app_id = {app:String} AND f.release = {release:String} AND (f.kind != 'app_crashed' OR o.crash_counts)
       GROUP BY f.device)
     WHERE at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
     GROUP BY step ORDER BY step`,
    { ...questionParams(question), ...params(steps) },
  );
}
