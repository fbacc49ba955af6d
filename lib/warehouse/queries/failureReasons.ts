import type { Warehouse } from '../warehouse.ts';
import { countedDevices, questionParams, type OutcomeQuestion } from './question.ts';

export interface FailureReason {
  kind: string;
  error_class: string;
  error_code: string;
  /** Devices that reported it at least once, and by where they are now: `failed`, or `healed` since. */
  devices: number;
  failed: number;
  healed: number;
  sample_message: string;
}

/**
 * Why devices failed on a release, the most frequent reason first. A device counts once a reason, and only for what is a
 * failure of the update: the crash of a release that had proved itself is none.
 */
export function failureReasons(warehouse: Warehouse, question: OutcomeQuestion): Promise<FailureReason[]> {
  return warehouse.query<FailureReason>(
    `SELECT f.kind AS kind, f.error_class AS error_class, f.error_code AS error_code,
       uniqExact(f.device) AS devices,
       uniqExactIf(f.device, o.outcome = 'failed') AS failed,
       uniqExactIf(f.device, o.outcome = 'healed') AS healed,
       max(f.sample_message) AS sample_message
     FROM rollguard.device_failures AS f
     INNER JOIN ${countedDevices} AS o ON o.device = f.device
     WHERE f.app_id = {app:String} AND f.release = {release:String} AND (f.kind != 'app_crashed' OR o.crash_counts)
     GROUP BY kind, error_class, error_code ORDER BY devices DESC, kind, error_class, error_code`,
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
