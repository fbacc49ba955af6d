import { identifier } from './literal.ts';
import type { FillingView } from './views.ts';
import type { Param, Warehouse } from './warehouse.ts';

/** How a table that a view fills is built: what names a row, and how its values are put together. */
interface Shape {
  keys: string[];
  /** Aggregate function by column; empty for a table that only collects different rows. */
  values: { column: string; aggregate: string }[];
}

async function shapeOf(warehouse: Warehouse, table: string): Promise<Shape> {
  const columns = await warehouse.query<{ name: string; type: string }>(
    `SELECT name, type FROM system.columns WHERE database = 'rollguard' AND table = {table:String} ORDER BY position`,
    { table },
  );
  const shape: Shape = { keys: [], values: [] };
  for (const { name, type } of columns) {
    const aggregate = /^SimpleAggregateFunction\((\w+),/.exec(type)?.[1];
    if (aggregate === undefined) shape.keys.push(identifier(name));
    else shape.values.push({ column: identifier(name), aggregate: identifier(aggregate) });
  }
  return shape;
}

export interface Comparison {
  /** Raw rows received since, and what they touch. */
  since: Date;
  /** Raw rows received since are all kept: what began earlier may have lost some to the retention. */
  keptSince: Date;
  /** Also finds what a view holds and no raw row explains; else only what it lacks. */
  exact: boolean;
  /** Only these keys, by their hash; all when left out. */
  hashes?: readonly string[] | undefined;
}

/** A key for which a view and the raw rows disagree. */
export interface Difference {
  /** Names the key to a later comparison. */
  hash: string;
  /** The key itself, as text. */
  key: string;
}

export const mostDifferences = 100;

/**
 * Derives a view's rows again from the raw rows, by the view's own text, and names keys for which the table says something
 * else; at most `mostDifferences` of them.
 *
 * What the table lacks is found by putting the derived rows into the stored ones: every value is an idempotent aggregate,
 * so nothing may change. That needs no complete set of raw rows. Sums (`release_minutes`) are compared as they are.
 */
export async function viewDifferences(
  warehouse: Warehouse,
  view: FillingView,
  comparison: Comparison,
): Promise<Difference[]> {
  const { keys, values } = await shapeOf(warehouse, view.target);
  const key = keys.join(', ');
  const columns = [...keys, ...values.map(({ column }) => column)].join(', ');
  const derived = view.select(
    `(SELECT * FROM rollguard.update_events WHERE received_at >= {since:DateTime64(3, 'UTC')})`,
  );
  const hash = `toString(sipHash64(${key}))`;
  const named = `({every:Bool} OR ${hash} IN {hashes:Array(String)})`;
  const complete = completeOnly(keys, comparison.exact);
  return warehouse.query<Difference>(
    `SELECT ${hash} AS hash, toString((${key})) AS key
     FROM (
       SELECT ${columns}, 0 AS derived FROM rollguard.${view.target} WHERE ${stored(keys, comparison.exact, key, derived)} AND ${named}
       UNION ALL
       SELECT ${columns}, 1 AS derived FROM (${derived}) WHERE ${named})
     WHERE ${complete}
     GROUP BY ${key} HAVING ${disagreement(values, comparison.exact)}
     ORDER BY key LIMIT {most:UInt32}`,
    {
      since: comparison.since,
      kept_since: comparison.keptSince,
      every: comparison.hashes === undefined,
      hashes: comparison.hashes ?? [],
      most: mostDifferences,
    } satisfies Record<string, Param>,
  );
}

/** Which stored rows are looked at: all of them, or those that the raw rows since then touch. */
function stored(keys: readonly string[], exact: boolean, key: string, derived: string): string {
  if (keys.includes('minute')) return "minute >= toStartOfMinute(toDateTime({since:DateTime64(3, 'UTC')}, 'UTC'))";
  return exact ? 'true' : `(${key}) IN (SELECT ${key} FROM (${derived}))`;
}

/** A device that was first seen before the raw rows begin is no subject of an exact comparison, nor is the first minute. */
function completeOnly(keys: readonly string[], exact: boolean): string {
  if (keys.includes('minute')) return "minute > toDateTime({since:DateTime64(3, 'UTC')}, 'UTC')";
  if (!exact || !keys.includes('device')) return 'true';
  return `(app_id, release, device) NOT IN (
    SELECT app_id, release, device FROM rollguard.device_releases
    GROUP BY app_id, release, device HAVING min(first_seen) < {kept_since:DateTime64(3, 'UTC')})`;
}

function disagreement(values: Shape['values'], exact: boolean): string {
  const of = (suffix: string, condition: string): string =>
    `tuple(${values.map(({ column, aggregate }) => `${aggregate}${suffix}(${column}${condition})`).join(', ')})`;
  const lacking = 'countIf(derived = 0) = 0';
  if (values.length === 0) return lacking;
  if (exact || values.some(({ aggregate }) => aggregate === 'sum')) {
    return `${lacking} OR countIf(derived = 1) = 0 OR ${of('If', ', derived = 0')} != ${of('If', ', derived = 1')}`;
  }
  return `${lacking} OR ${of('If', ', derived = 0')} != ${of('', '')}`;
}
