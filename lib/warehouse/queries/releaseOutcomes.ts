import type { Warehouse } from '../warehouse.ts';

/** What is asked of the releases of one app. Times in seconds; `channel` "" for all. */
export interface OutcomeQuestion {
  app: string;
  /** "" for every release. */
  release: string;
  channel: string;
  includeExcluded: boolean;
  asOf: Date;
  confirmSeconds: number;
  silenceSeconds: number;
}

/** Devices of one release by outcome. `installed` includes `presumed`; `excluded` are in none of the others. */
export interface ReleaseOutcomes {
  release: string;
  channels: string[];
  installed: number;
  presumed: number;
  healed: number;
  failed: number;
  silent: number;
  in_progress: number;
  excluded: number;
  /** Epoch ms. */
  first_seen: number;
  last_seen: number;
}

/** Newest release first. The outcome itself is the view `device_outcomes`; here it is only counted. */
export function releaseOutcomes(warehouse: Warehouse, question: OutcomeQuestion): Promise<ReleaseOutcomes[]> {
  return warehouse.query<ReleaseOutcomes>(
    `WITH {include_excluded:Bool} OR (s.is_production AND NOT s.is_emulator) AS counted
     SELECT
       o.release AS release,
       arraySort(groupUniqArrayIf(toString(s.channel), s.channel != '')) AS channels,
       countIf(counted AND o.outcome = 'installed') AS installed,
       countIf(counted AND o.outcome = 'installed' AND o.presumed) AS presumed,
       countIf(counted AND o.outcome = 'healed') AS healed,
       countIf(counted AND o.outcome = 'failed') AS failed,
       countIf(counted AND o.outcome = 'silent') AS silent,
       countIf(counted AND o.outcome = 'in_progress') AS in_progress,
       countIf(NOT counted) AS excluded,
       toUnixTimestamp64Milli(min(o.first_seen)) AS first_seen,
       toUnixTimestamp64Milli(max(o.last_seen)) AS last_seen
     FROM rollguard.device_outcomes(app = {app:String}, release = {release:String},
       as_of = {as_of:DateTime64(3, 'UTC')}, confirm_ms = {confirm_ms:UInt32}, silence_ms = {silence_ms:UInt32}) AS o
     INNER JOIN (SELECT DISTINCT * FROM rollguard.segment_values) AS s ON s.segment = o.segment
     WHERE {channel:String} = '' OR s.channel = {channel:String}
     GROUP BY release ORDER BY first_seen DESC, release`,
    {
      app: question.app,
      release: question.release,
      channel: question.channel,
      include_excluded: question.includeExcluded,
      as_of: question.asOf,
      confirm_ms: question.confirmSeconds * 1000,
      silence_ms: question.silenceSeconds * 1000,
    },
  );
}

/** The apps that have reported anything, and when last. */
export function knownApps(warehouse: Warehouse): Promise<{ app: string; last_seen: number }[]> {
  return warehouse.query(
    `SELECT app_id AS app, toUnixTimestamp64Milli(max(last_seen)) AS last_seen
     FROM rollguard.device_releases GROUP BY app_id ORDER BY app_id`,
  );
}
