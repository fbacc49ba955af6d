import type { Warehouse } from '../warehouse.ts';
import {
  harmedDevices,
  isCounted,
  onChannel,
  outcomes,
  questionParams,
  segments,
  type OutcomeQuestion,
} from './question.ts';

/** Devices by outcome. `installed` includes `presumed`. */
export interface OutcomeCounts {
  installed: number;
  presumed: number;
  healed: number;
  failed: number;
  silent: number;
  in_progress: number;
  /** The devices of all the outcomes above, and those of them that the release has harmed. */
  enrolled: number;
  harmed: number;
}

/** `excluded` devices are in none of the other counts. */
export interface ReleaseOutcomes extends OutcomeCounts {
  release: string;
  channels: string[];
  excluded: number;
  /** Epoch ms. */
  first_seen: number;
  last_seen: number;
}

/** The columns of `OutcomeCounts` over rows of outcomes `o` and harm `h`, of those that are `counted`. */
export const outcomeCounts = `countIf(counted AND o.outcome = 'installed') AS installed,
       countIf(counted AND o.outcome = 'installed' AND o.presumed) AS presumed,
       countIf(counted AND o.outcome = 'healed') AS healed,
       countIf(counted AND o.outcome = 'failed') AS failed,
       countIf(counted AND o.outcome = 'silent') AS silent,
       countIf(counted AND o.outcome = 'in_progress') AS in_progress,
       countIf(counted) AS enrolled,
       countIf(counted AND h.harmed) AS harmed`;

/** Outcomes `o`, their segments `s` and their harm `h`. */
export const outcomesWithHarm = `${outcomes} AS o
     INNER JOIN ${segments} AS s ON s.segment = o.segment
     LEFT JOIN (SELECT release, device, true AS harmed FROM ${harmedDevices}) AS h
       ON h.release = o.release AND h.device = o.device`;

/** Newest release first. Outcome and harm themselves are views; here they are only counted. */
export function releaseOutcomes(warehouse: Warehouse, question: OutcomeQuestion): Promise<ReleaseOutcomes[]> {
  return warehouse.query<ReleaseOutcomes>(
    `WITH ${isCounted} AS counted
     SELECT
       o.release AS release,
       arraySort(groupUniqArrayIf(toString(s.channel), s.channel != '')) AS channels,
       ${outcomeCounts},
       countIf(NOT counted) AS excluded,
       toUnixTimestamp64Milli(min(o.first_seen)) AS first_seen,
       toUnixTimestamp64Milli(max(o.last_seen)) AS last_seen
     FROM ${outcomesWithHarm}
     WHERE ${onChannel}
     GROUP BY release ORDER BY first_seen DESC, release`,
    questionParams(question),
  );
}
