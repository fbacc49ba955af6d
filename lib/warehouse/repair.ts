import { readFillingViews } from './views.ts';
import { identifier } from './literal.ts';
import { parametersAtOnce } from './params.ts';
import type { OffsetRange, Warehouse } from './warehouse.ts';

const inRange = `log_id = {log:String} AND log_partition = {partition:UInt32}
  AND log_offset BETWEEN {first:UInt64} AND {last:UInt64}`;

function rangeParams({ logId, partition, first, last }: OffsetRange): Record<string, string | number> {
  return { log: logId, partition, first, last };
}

/** The only table whose rows are sums: writing it twice would count twice. */
const summed = 'release_minutes';

/**
 * Derives the state of devices again from the raw rows of the range. Everything written is an idempotent aggregate, so it
 * does not matter which part of it was there. Deduplication is off: the rows are wanted even if equal ones came before.
 */
export async function rederive(warehouse: Warehouse, range: OffsetRange): Promise<void> {
  for (const view of await readFillingViews()) {
    if (view.target === summed) continue;
    const columns = await columnsOf(warehouse, view.target);
    await warehouse.command(
      `INSERT INTO rollguard.${view.target} (${columns}) SETTINGS insert_deduplicate = 0, async_insert = 0
       SELECT ${columns} FROM (${view.select(`(SELECT * FROM rollguard.update_events WHERE ${inRange})`)})`,
      rangeParams(range),
    );
  }
}

async function columnsOf(warehouse: Warehouse, table: string): Promise<string> {
  const columns = await warehouse.query<{ name: string }>(
    `SELECT name FROM system.columns WHERE database = 'rollguard' AND table = {table:String} ORDER BY position`,
    { table },
  );
  return columns.map(({ name }) => identifier(name)).join(', ');
}

/** One key of `release_minutes`; `minute` in epoch seconds. */
interface MinuteKey {
  app: string;
  release: string;
  minute: number;
}

/**
 * Counts the minutes that the range touches anew from all raw rows of its partition: delete, then insert. Only the owner of
 * the partition writes them, one block after the other, so nothing comes in between. No token: after a crash the delete
 * happens again, and a remembered token would drop the insert that must follow it.
 */
export async function rebuildMinutes(warehouse: Warehouse, range: OffsetRange): Promise<void> {
  const keys = await warehouse.query<MinuteKey>(
    `SELECT DISTINCT app_id AS app, release, toUnixTimestamp(toStartOfMinute(toDateTime(received_at, 'UTC'))) AS minute
     FROM rollguard.update_events WHERE ${inRange} ORDER BY app, release, minute`,
    rangeParams(range),
  );
  for (let at = 0; at < keys.length; at += parametersAtOnce) {
    await rebuildKeys(warehouse, range, keys.slice(at, at + parametersAtOnce));
  }
}

async function rebuildKeys(warehouse: Warehouse, range: OffsetRange, keys: readonly MinuteKey[]): Promise<void> {
  const view = (await readFillingViews()).find(({ target }) => target === summed)!;
  const columns = await columnsOf(warehouse, summed);
  const minutes = keys.map(({ minute }) => minute);
  const params = {
    log: range.logId,
    partition: range.partition,
    apps: keys.map(({ app }) => app),
    releases: keys.map(({ release }) => release),
    minutes,
    from: Math.min(...minutes),
    to: Math.max(...minutes),
  };
  const ofPartition = 'log_id = {log:String} AND log_partition = {partition:UInt32}';
  const named = (minute: string): string => `has(
      arrayZip({apps:Array(String)}, {releases:Array(String)}, {minutes:Array(UInt32)}),
      (toString(app_id), toString(release), toUInt32(toUnixTimestamp(${minute}))))`;
  const rows = `(SELECT * FROM rollguard.update_events
     WHERE ${ofPartition} AND app_id IN {apps:Array(String)} AND release IN {releases:Array(String)}
       AND received_at >= toDateTime({from:UInt32}, 'UTC') AND received_at < toDateTime({to:UInt32} + 60, 'UTC')
       AND ${named("toStartOfMinute(toDateTime(received_at, 'UTC'))")})`;

  await warehouse.command(
    `DELETE FROM rollguard.release_minutes
     WHERE ${ofPartition} AND minute BETWEEN toDateTime({from:UInt32}, 'UTC') AND toDateTime({to:UInt32}, 'UTC')
       AND ${named('minute')}
     SETTINGS lightweight_deletes_sync = 2, mutations_sync = 2`,
    params,
  );
  await warehouse.command(
    `INSERT INTO rollguard.release_minutes (${columns}) SETTINGS insert_deduplicate = 0, async_insert = 0
     SELECT ${columns} FROM (${view.select(rows)})`,
    params,
  );
}
