import { identifier } from './literal.ts';
import { rebuildMinutes, rederive } from './repair.ts';
import type { BlockTable, OffsetRange, Warehouse } from './warehouse.ts';

/** What can be asked about the rows of one table by where they lay in the log. `logId` is as the tables hold it (`log_…`). */
export interface StoredRows {
  /** Number of different offsets stored of the range. */
  count(range: OffsetRange): Promise<number>;
  offsets(range: OffsetRange): Promise<Set<number>>;
  /**
   * The stored row with a partition's largest offset: that offset and its receive time (of a dead letter, the time of its
   * rejection), epoch ms; `undefined` when the partition has none.
   */
  newest(logId: string, partition: number): Promise<{ offset: number; receivedAt: number } | undefined>;
  /** Makes the views agree with the raw rows of the range again; nothing to do for a table without views. */
  repairViews(range: OffsetRange): Promise<void>;
}

export function storedRows(warehouse: Warehouse, table: BlockTable): StoredRows {
  const name = `rollguard.${identifier(table.name)}`;
  const inRange = `log_id = {log:String} AND log_partition = {partition:UInt32}
    AND log_offset BETWEEN {first:UInt64} AND {last:UInt64}`;
  const params = ({ logId, partition, first, last }: OffsetRange): Record<string, string | number> => ({
    log: logId,
    partition,
    first,
    last,
  });
  return {
    async count(range) {
      const [row] = await warehouse.query<{ stored: number }>(
        `SELECT uniqExact(log_offset) AS stored FROM ${name} WHERE ${inRange}`,
        params(range),
      );
      return row?.stored ?? 0;
    },
    async offsets(range) {
      const rows = await warehouse.query<{ at: number }>(
        `SELECT DISTINCT log_offset AS at FROM ${name} WHERE ${inRange}`,
        params(range),
      );
      return new Set(rows.map(({ at }) => at));
    },
    async newest(logId, partition) {
      const [row] = await warehouse.query<{ stored: number; offset: number; receivedAt: number }>(
        `SELECT count() AS stored, max(log_offset) AS offset,
           toUnixTimestamp64Milli(argMax(${identifier(table.columns[0]!.column)}, log_offset)) AS receivedAt
         FROM ${name} WHERE log_id = {log:String} AND log_partition = {partition:UInt32}`,
        { log: logId, partition },
      );
      return row === undefined || row.stored === 0 ? undefined : { offset: row.offset, receivedAt: row.receivedAt };
    },
    async repairViews(range) {
      if (table.name !== 'update_events') return;
      await rederive(warehouse, range);
      await rebuildMinutes(warehouse, range);
    },
  };
}

export interface PartitionIntegrity {
  logId: string;
  partition: number;
  rows: number;
  /** Different offsets. Equal to `rows` when nothing was stored twice. */
  distinct: number;
  first: number;
  last: number;
}

/**
 * The invariant of the delivery, partition by partition: rows = different (log, partition, offset).
 *
 * @param since only rows of this time and later, by the receipt of an event or the rejection of a record
 */
export function rawIntegrity(warehouse: Warehouse, table: BlockTable, since?: Date): Promise<PartitionIntegrity[]> {
  const time = table.name === 'rejected_events' ? 'rejected_at' : 'received_at';
  return warehouse.query<PartitionIntegrity>(
    `SELECT log_id AS logId, log_partition AS partition, count() AS rows, uniqExact(log_offset) AS distinct,
       min(log_offset) AS first, max(log_offset) AS last
     FROM rollguard.${identifier(table.name)} WHERE ${time} >= {since:DateTime64(3, 'UTC')}
     GROUP BY log_id, log_partition ORDER BY log_id, log_partition`,
    { since: since ?? new Date(0) },
  );
}

/**
 * Newest stored receive time of each partition, epoch ms; partitions with nothing since `since` are absent. The bound keeps
 * the scan to the newest parts.
 */
export async function newestReceived(warehouse: Warehouse, logId: string, since: Date): Promise<Map<number, number>> {
  const rows = await warehouse.query<{ partition: number; newest: number }>(
    `SELECT log_partition AS partition, toUnixTimestamp64Milli(max(received_at)) AS newest
     FROM rollguard.update_events
     WHERE log_id = {log:String} AND received_at >= {since:DateTime64(3, 'UTC')} GROUP BY partition`,
    { log: logId, since },
  );
  return new Map(rows.map(({ partition, newest }) => [partition, newest]));
}
