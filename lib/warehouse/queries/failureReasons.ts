import type { Warehouse } from '../warehouse.ts';
import { outcomes, questionParams, type OutcomeQuestion } from './question.ts';

export interface FailureReason {
  kind: string;
  error_class: string;
  error_code: string;
  /** Devices that reported it at least once. */
  devices: number;
  sample_message: string;
}

/** Why enrolled devices failed on a release, the most frequent reason first. A device counts once a reason. */
export function failureReasons(warehouse: Warehouse, question: OutcomeQuestion): Promise<FailureReason[]> {
  return warehouse.query<FailureReason>(
    `SELECT f.kind AS kind, f.error_class AS error_class, f.error_code AS error_code,
       uniqExact(f.device) AS devices, max(f.sample_message) AS sample_message
     FROM rollguard.device_failures AS f
     INNER JOIN (
       SELECT device, segment FROM ${outcomes}
     ) AS o ON o.device = f.device
     INNER JOIN (SELECT DISTINCT * FROM rollguard.segment_values) AS s ON s.segment = o.segment
     WHERE f.app_id = {app:String} AND f.release = {release:String}
       AND ({include_excluded:Bool} OR (s.is_production AND NOT s.is_emulator))
       AND ({channel:String} = '' OR s.channel = {channel:String})
     GROUP BY kind, error_class, error_code ORDER BY devices DESC, error_code`,
    questionParams(question),
  );
}

/** Devices with a failure whose target is unknown, which is charged to no release. */
export async function unattributedDevices(warehouse: Warehouse, app: string): Promise<number> {
  const [row] = await warehouse.query<{ devices: number }>(
    `SELECT uniqExact(device) AS devices FROM rollguard.device_failures
     WHERE app_id = {app:String} AND release = '' AND error_code != 'legacy_no_update'`,
    { app },
  );
  return row?.devices ?? 0;
}
