import type { Param, Warehouse } from '../warehouse.ts';
import { outcomes, questionParams, segments, type OutcomeQuestion } from './question.ts';

/**
 * What is asked of the adoption of one release. Its `channel` is not used: a device that only checks for updates has no
 * channel of enrolment, and counts as active all the same.
 */
export interface AdoptionQuestion extends OutcomeQuestion {
  /** A device is active when it was seen since. */
  activeSince: Date;
  /** From where the newest adopters are counted. */
  recentSince: Date;
}

/**
 * The active devices of the app, each with the release it installed last and since when it has had it; '' for a device
 * that installed none. Excluded is a device by what it was at its newest enrolment; one that never enrolled counts.
 */
const activeDevices = `(
  SELECT a.device AS device, i.latest AS latest, i.since AS since
  FROM (
    SELECT device FROM rollguard.device_releases WHERE app_id = {app:String}
    GROUP BY device HAVING max(last_seen) >= {active_since:DateTime64(3, 'UTC')}
  ) AS a
  LEFT JOIN (
    SELECT o.device AS device, argMax(o.segment, o.enrolled_at) AS segment,
      argMaxIf(o.release, (o.success_key, o.release), o.outcome IN ('installed', 'healed')) AS latest,
      argMaxIf(o.first_success_at, (o.success_key, o.release), o.outcome IN ('installed', 'healed')) AS since
    FROM ${outcomes} AS o GROUP BY o.device
  ) AS i ON i.device = a.device
  WHERE {include_excluded:Bool} OR i.segment NOT IN (SELECT segment FROM ${segments} WHERE NOT is_production OR is_emulator))`;

function params(question: AdoptionQuestion): Record<string, Param> {
  return {
    ...questionParams({ ...question, release: '' }),
    of: question.release,
    active_since: question.activeSince,
    recent_since: question.recentSince,
  };
}

/** When the release began to be rolled out: its first enrolment, epoch ms; `undefined` without any. */
export async function rolloutStart(warehouse: Warehouse, app: string, release: string): Promise<number | undefined> {
  const [row] = await warehouse.query<{ enrolled: number; start: number }>(
    `SELECT countIf(enrolment != bitNot(toUInt256(0))) AS enrolled,
       toInt64(bitShiftRight(min(enrolment), 192)) AS start
     FROM rollguard.device_releases WHERE app_id = {app:String} AND release = {release:String} AND release != ''`,
    { app, release },
  );
  return row === undefined || row.enrolled === 0 ? undefined : row.start;
}

export interface AdoptionCounts {
  active: number;
  /** Of the active devices: the release is the one they installed last. */
  adopted: number;
  /** Of the adopted ones: since `recentSince`. */
  recent: number;
}

export async function adoptionCounts(warehouse: Warehouse, question: AdoptionQuestion): Promise<AdoptionCounts> {
  const [row] = await warehouse.query<AdoptionCounts>(
    `SELECT count() AS active, countIf(latest = {of:String}) AS adopted,
       countIf(latest = {of:String} AND since > {recent_since:DateTime64(3, 'UTC')}) AS recent
     FROM ${activeDevices}`,
    params(question),
  );
  return row ?? { active: 0, adopted: 0, recent: 0 };
}

/** Devices that adopted the release in each step from the start of the rollout; steps without any are absent. */
export function adoptionSteps(
  warehouse: Warehouse,
  question: AdoptionQuestion,
  start: number,
  stepMs: number,
): Promise<{ step: number; devices: number }[]> {
  return warehouse.query(
    `SELECT intDiv(greatest(toUnixTimestamp64Milli(since) - {start:Int64}, 0), {step:Int64}) AS step, count() AS devices
     FROM ${activeDevices} WHERE latest = {of:String} GROUP BY step ORDER BY step`,
    { ...params(question), start, step: stepMs },
  );
}

/** When the so-manieth device (from 1) adopted the release, epoch ms; `undefined` when so many have not. */
export async function adoptionTime(
  warehouse: Warehouse,
  question: AdoptionQuestion,
  device: number,
): Promise<number | undefined> {
  const [row] = await warehouse.query<{ at: number }>(
    `SELECT toUnixTimestamp64Milli(since) AS at FROM ${activeDevices} WHERE latest = {of:String}
     ORDER BY since LIMIT 1 OFFSET {before:UInt64}`,
    { ...params(question), before: device - 1 },
  );
  return row?.at;
}
