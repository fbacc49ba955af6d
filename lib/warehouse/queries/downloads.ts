import type { Warehouse } from '../warehouse.ts';
import { countedDevices, questionParams, type OutcomeQuestion } from './question.ts';

/** Figures of the last completed download of each device. A figure that no device gave is null. */
export interface DownloadFigures {
  /** Devices with a completed download; those that told its duration; those that told its size. */
  devices: number;
  timed: number;
  sized: number;
  p50_ms: number | null;
  p90_ms: number | null;
  p99_ms: number | null;
  /** Of all downloads together. */
  bytes: number | null;
  p50_bytes: number | null;
  /** Bytes a second: of half of the devices, and of the slowest tenth. */
  p50_speed: number | null;
  p10_speed: number | null;
}

/** One row a counted device with a completed download. -1 stands for a figure that was not sent. */
const lastDownloads = `(
  SELECT d.release AS release, d.last.network AS network, d.last.region AS region,
    d.last.duration_ms AS ms, d.last.bytes AS size, ms >= 0 AS has_ms, size >= 0 AS has_size,
    has_size AND ms > 0 AS has_speed, toFloat64(size) * 1000 / ms AS speed
  FROM (
    SELECT release, device, max(last) AS last FROM rollguard.device_downloads
    WHERE app_id = {app:String} AND ({release:String} = '' OR release = {release:String})
    GROUP BY release, device
  ) AS d
  INNER JOIN ${countedDevices} AS o ON o.release = d.release AND o.device = d.device)`;

/** `quantileExact` gives a measured value, never one between two. */
const figures = `count() AS devices, countIf(has_ms) AS timed, countIf(has_size) AS sized,
  if(timed = 0, NULL, quantileExactIf(0.5)(ms, has_ms)) AS p50_ms,
  if(timed = 0, NULL, quantileExactIf(0.9)(ms, has_ms)) AS p90_ms,
  if(timed = 0, NULL, quantileExactIf(0.99)(ms, has_ms)) AS p99_ms,
  if(sized = 0, NULL, sumIf(size, has_size)) AS bytes,
  if(sized = 0, NULL, quantileExactIf(0.5)(size, has_size)) AS p50_bytes,
  if(countIf(has_speed) = 0, NULL, round(quantileExactIf(0.5)(speed, has_speed))) AS p50_speed,
  if(countIf(has_speed) = 0, NULL, round(quantileExactIf(0.1)(speed, has_speed))) AS p10_speed`;

/** By release; a release without a completed download is absent. */
export async function releaseDownloads(
  warehouse: Warehouse,
  question: OutcomeQuestion,
): Promise<Map<string, DownloadFigures>> {
  const rows = await warehouse.query<DownloadFigures & { release: string }>(
    `SELECT release, ${figures} FROM ${lastDownloads} GROUP BY release`,
    questionParams(question),
  );
  return new Map(rows.map(({ release, ...row }) => [release, row]));
}

/** `null` where the row is about all networks, or all regions. */
export interface DownloadGroup extends DownloadFigures {
  network: string | null;
  region: string | null;
}

/** All together, by network, by region and by both; the largest groups first. */
export function downloadGroups(warehouse: Warehouse, question: OutcomeQuestion): Promise<DownloadGroup[]> {
  return warehouse.query<DownloadGroup>(
    `SELECT if(all_networks, NULL, n) AS network, if(all_regions, NULL, r) AS region, * EXCEPT (n, r, all_networks, all_regions)
     FROM (
       SELECT network AS n, region AS r, grouping(network) = 1 AS all_networks, grouping(region) = 1 AS all_regions, ${figures}
       FROM ${lastDownloads} GROUP BY GROUPING SETS ((), (network), (region), (network, region)))
     ORDER BY devices DESC, network, region`,
    questionParams(question),
  );
}
