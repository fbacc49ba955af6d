import { identifier } from '../literal.ts';
import type { BlockTable, OffsetRange, Warehouse } from '../warehouse.ts';

/** Offsets from `first` to `last` that no row of the table has. */
export interface Gap {
  first: number;
  last: number;
}

/**
 * The gaps of a range of offsets in a table, at most `most` of them. For the event topic, a rejected record of the range
 * fills its offset too. `logId` is as the tables hold it; `originLog` as rejected records name it.
 */
export function offsetGaps(
  warehouse: Warehouse,
  table: BlockTable,
  range: OffsetRange,
  rejected: { originLog: string; topic: string } | undefined,
  most: number,
): Promise<Gap[]> {
  // The ends of the range stand in as offsets, so that a gap at its begin or end is one between two offsets too.
  return warehouse.query(
    `SELECT toInt64(before) + 1 AS first, toInt64(at) - 1 AS last FROM (
       SELECT at, lagInFrame(at, 1, at) OVER (ORDER BY at ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS before FROM (
         SELECT DISTINCT toInt64(log_offset) AS at FROM rollguard.${identifier(table.name)}
         WHERE log_id = {log:String} AND log_partition = {partition:UInt32} AND log_offset BETWEEN {first:UInt64} AND {last:UInt64}
         UNION DISTINCT
         SELECT toInt64(origin_offset) FROM rollguard.rejected_events
         WHERE origin_log = {origin_log:String} AND origin_topic = {topic:String} AND origin_partition = {partition:UInt32}
           AND origin_offset BETWEEN {first:UInt64} AND {last:UInt64}
         UNION DISTINCT SELECT toInt64({first:UInt64}) - 1
         UNION DISTINCT SELECT toInt64({last:UInt64}) + 1))
     WHERE at > before + 1 ORDER BY first LIMIT {most:UInt32}`,
    {
      log: range.logId,
      partition: range.partition,
      first: range.first,
      last: range.last,
      origin_log: rejected?.originLog ?? '',
      topic: rejected?.topic ?? '',
      most,
    },
  );
}
