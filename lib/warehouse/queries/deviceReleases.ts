import { kinds } from '../../events/kinds.ts';
import type { Warehouse } from '../warehouse.ts';
import { harmedDevices, outcomes, questionParams, segments, type OutcomeQuestion } from './question.ts';

/** What one release did to one device. Times are epoch ms. */
export interface DeviceRelease {
  release: string;
  /** null for a device that does not take part; the fields behind it are then without meaning. */
  outcome: 'installed' | 'healed' | 'failed' | 'silent' | 'in_progress' | null;
  presumed: boolean;
  enrolled_at: number;
  harmed_at: number | null;
  is_production: boolean;
  is_emulator: boolean;
  first_seen: number;
  last_seen: number;
  /** Kinds of event that it reported about the release. */
  reported: string[];
}

/** Every release that a device has named, the newest enrolment first. `question.release` is "". */
export async function deviceReleases(
  warehouse: Warehouse,
  question: OutcomeQuestion,
  device: string,
): Promise<DeviceRelease[]> {
  const rows = await warehouse.query<Omit<DeviceRelease, 'reported'> & { kind_bits: number }>(
    `SELECT d.release AS release, nullIf(o.outcome, '') AS outcome, toBool(o.presumed) AS presumed,
       toUnixTimestamp64Milli(o.enrolled_at) AS enrolled_at,
       if(h.device = 0, NULL, toUnixTimestamp64Milli(h.harmed_at)) AS harmed_at,
       s.is_production AS is_production, s.is_emulator AS is_emulator,
       toUnixTimestamp64Milli(d.first) AS first_seen, toUnixTimestamp64Milli(d.last) AS last_seen, d.bits AS kind_bits
     FROM (
       SELECT release, min(first_seen) AS first, max(last_seen) AS last, groupBitOr(kinds) AS bits
       FROM rollguard.device_releases
       WHERE app_id = {app:String} AND device = sipHash64({device:String}) AND release != '' GROUP BY release
     ) AS d
     LEFT JOIN (SELECT * FROM ${outcomes} WHERE device = sipHash64({device:String})) AS o ON o.release = d.release
     LEFT JOIN (SELECT * FROM ${harmedDevices} WHERE device = sipHash64({device:String})) AS h ON h.release = d.release
     LEFT JOIN ${segments} AS s ON s.segment = o.segment
     ORDER BY enrolled_at DESC, release`,
    { ...questionParams(question), device },
  );
  return rows.map(({ kind_bits, ...row }) => ({ ...row, reported: kindsOf(kind_bits) }));
}

/** Bit 0 stands for `other`, bit n for the n-th kind. */
function kindsOf(bits: number): string[] {
  return kinds.filter((kind, at) => (bits & (kind === 'other' ? 1 : 1 << (at + 1))) !== 0);
}
