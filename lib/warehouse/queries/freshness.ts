import type { Warehouse } from '../warehouse.ts';

/** Receipt of the newest stored event of an app, epoch ms; `undefined` when nothing of it is stored. */
export async function newestOfApp(warehouse: Warehouse, app: string): Promise<number | undefined> {
  const [row] = await warehouse.query<{ rows: number; newest: number }>(
    `SELECT count() AS rows, toUnixTimestamp64Milli(max(last_seen)) AS newest
     FROM rollguard.device_releases WHERE app_id = {app:String}`,
    { app },
  );
  return row === undefined || row.rows === 0 ? undefined : row.newest;
}

/** Whether any event of the release is stored, be it only a check for it. */
export async function releaseIsKnown(warehouse: Warehouse, app: string, release: string): Promise<boolean> {
  const rows = await warehouse.query(
    `SELECT 1 AS known FROM rollguard.device_releases
     WHERE app_id = {app:String} AND release = {release:String} AND release != '' LIMIT 1`,
    { app, release },
  );
  return rows.length > 0;
}
