import type { Warehouse } from '../warehouse.ts';
import { isCounted, onChannel, questionParams, type OutcomeQuestion } from './question.ts';
import { outcomeCounts, outcomesWithHarm, type OutcomeCounts } from './releaseOutcomes.ts';

/** How a fleet is cut: by one property of the device at its enrolment, or by two. */
export const segmentViews = ['platform', 'platform_os', 'app_version', 'abi', 'channel'] as const;

export type SegmentView = (typeof segmentViews)[number];

/** `value` has one part, or two for `platform_os`: the platform and what stands before the first dot of its version. */
export interface SegmentOutcomes extends OutcomeCounts {
  view: SegmentView;
  value: string[];
}

/** The counted devices of one release in every cut, the largest segments first. Counted once, then cut. */
export function segmentOutcomes(warehouse: Warehouse, question: OutcomeQuestion): Promise<SegmentOutcomes[]> {
  return warehouse.query<SegmentOutcomes>(
    `WITH arrayJoin([
         ('platform', [platform]),
         ('platform_os', [platform, splitByChar('.', os_version)[1]]),
         ('app_version', [app_version]),
         ('abi', [abi]),
         ('channel', [channel])]) AS cut
     SELECT cut.1 AS view, cut.2 AS value,
       sum(installed) AS installed, sum(presumed) AS presumed, sum(healed) AS healed, sum(failed) AS failed,
       sum(silent) AS silent, sum(in_progress) AS in_progress, sum(enrolled) AS enrolled, sum(harmed) AS harmed
     FROM (
       SELECT toString(s.platform) AS platform, toString(s.os_version) AS os_version, toString(s.app_version) AS app_version,
         toString(s.abi) AS abi, toString(s.channel) AS channel, true AS counted, ${outcomeCounts}
       FROM ${outcomesWithHarm}
       WHERE ${isCounted} AND ${onChannel}
       GROUP BY platform, os_version, app_version, abi, channel)
     GROUP BY view, value ORDER BY view, enrolled DESC, value`,
    questionParams(question),
  );
}
