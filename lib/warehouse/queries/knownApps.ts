import type { Warehouse } from '../warehouse.ts';

/** The apps that have reported anything, and when last. */
export function knownApps(warehouse: Warehouse): Promise<{ app: string; last_seen: number }[]> {
  return warehouse.query(
    `SELECT app_id AS app, toUnixTimestamp64Milli(max(last_seen)) AS last_seen
     FROM rollguard.device_releases GROUP BY app_id ORDER BY app_id`,
  );
}
