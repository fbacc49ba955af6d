import type { ClickHouseClient } from '@clickhouse/client';
import type { BlockFormat } from './insertStatement.ts';
import { identifier, plainName } from './literal.ts';
import { migrate } from './migrate.ts';
import { toQueryParams } from './params.ts';
import type { Block, BlockTable, Param, Warehouse } from './warehouse.ts';
import { toWarehouseError } from './warehouseError.ts';

/** What the two adapters do differently. */
export interface Engine {
  client: ClickHouseClient;
  /** Hands the bytes over under the token; resolves when they are stored with all views. */
  insert(table: BlockTable, token: string, format: BlockFormat, bytes: readonly Buffer[]): Promise<void>;
  /** Settings that a new table needs on this engine only. */
  afterMigration(warehouse: Warehouse): Promise<void>;
  close(): Promise<void>;
}

/** The port over `@clickhouse/client`, whose connection is either HTTP or the engine in this process. */
export class ClientWarehouse implements Warehouse {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async query<Row>(sql: string, params: Record<string, Param> = {}): Promise<Row[]> {
    return attempt(async () => {
      const answer = await this.#engine.client.query({
        query: sql,
        query_params: toQueryParams(params),
        format: 'JSONEachRow',
      });
      return answer.json<Row>();
    });
  }

  async command(sql: string, params: Record<string, Param> = {}): Promise<void> {
    await attempt(() => this.#engine.client.command({ query: sql, query_params: toQueryParams(params) }));
  }

  async insertBlock({ table, token, container }: Block): Promise<void> {
    await attempt(() => this.#engine.insert(table, token, 'Avro', container));
  }

  async insertRows(table: BlockTable, rows: readonly Record<string, unknown>[], token: string): Promise<void> {
    if (rows.length === 0) return;
    const body = Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n'));
    await attempt(() => this.#engine.insert(table, token, 'JSONEachRow', [body]));
  }

  async migrate(): Promise<void> {
    await migrate(this);
    await this.#engine.afterMigration(this);
    await this.#awaitTables();
  }

  /**
   * After a start the engine loads its tables in the background, and an insert that comes before a view is loaded passes
   * it by, for ever. Asking a table for nothing waits until it is loaded.
   */
  async #awaitTables(): Promise<void> {
    const tables = await this.query<{ name: string }>(
      `SELECT name FROM system.tables WHERE database = 'rollguard' AND engine != 'View' AND ${plainName}`,
    );
    for (const { name } of tables) await this.command(`SELECT * FROM rollguard.${identifier(name)} LIMIT 0`);
  }

  async ping(): Promise<void> {
    await this.query('SELECT 1 AS one');
  }

  async close(): Promise<void> {
    await this.#engine.close();
  }
}

async function attempt<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw toWarehouseError(error);
  }
}
