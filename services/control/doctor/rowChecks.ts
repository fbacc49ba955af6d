import type { PartitionIntegrity } from '../../../lib/warehouse/stored.ts';
import { fail, ok, warn, type Check } from './check.ts';

/** Rows = different (log, partition, offset): nothing was stored twice. */
export function rowsOnce(name: string, table: string, partitions: readonly PartitionIntegrity[], since: string): Check {
  const rows = sum(partitions.map((each) => each.rows));
  const twice = partitions.filter((each) => each.rows !== each.distinct);
  if (twice.length === 0) return ok(name, `${rows} rows of ${table}${since}, each offset once.`);
  const where = twice.map(({ logId, partition, rows: stored, distinct }) => {
    return `partition ${partition} of ${logId} has ${stored} rows for ${distinct} offsets`;
  });
  return fail(
    name,
    `Rows are stored twice: ${where.join('; ')}.`,
    'Counts of devices are not bent by it, charts of traffic are. Find the rows by log_id, log_partition and log_offset, and report it: only a lost deduplication window explains it.',
  );
}

/** Records that could not be stored, lately. */
export function deadLetters(rejected: number, hours: number): Check {
  const name = 'dead_letters';
  if (rejected === 0) return ok(name, `No record was rejected in the last ${hours} h.`);
  return warn(
    name,
    `Rejected in the last ${hours} h: ${rejected}.`,
    'GET /v1/rejected says why; after the fix, `rollguard replay` brings them back.',
  );
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
