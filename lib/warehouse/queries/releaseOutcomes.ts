import type { Warehouse } from '../warehouse.ts';
import { harmedDevices, outcomes, questionParams, type OutcomeQuestion } from './question.ts';

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
  /** The devices of all the outcomes above, and those of them that the release has harmed. */
  enrolled: number;
  harmed: number;
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
       countIf(counted) AS enrolled,
       countIf(counted AND h.harmed) AS harmed,
       toUnixTimestamp64Milli(min(o.first_seen)) AS first_seen,
       toUnixTimestamp64Milli(max(o.last_seen)) AS last_seen
     FROM ${outcomes} AS o
     INNER JOIN (SELECT DISTINCT * FROM rollguard.segment_values) AS s ON s.segment = o.segment
     LEFT JOIN (SELECT release, device, true AS harmed FROM ${harmedDevices}) AS h
       ON h.release = o.release AND h.device = o.device
     WHERE {channel:String} = '' OR s.channel = {channel:String}
     GROUP BY release ORDER BY first_seen DESC, release`,
    questionParams(question),
  );
}
