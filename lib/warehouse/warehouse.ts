/**
 * The warehouse port: SQL, and the atomic insert of one block under a deduplication token.
 *
 * Two adapters keep this contract, `clickhouse/` (HTTP) and `embedded/` (the same engine in process);
 * `warehouse.contract.ts` runs against both. Everything that is SQL lies in this folder.
 */

export type Param = string | number | boolean | Date | readonly string[] | readonly number[];

/** A table that takes blocks of Avro records. */
export interface BlockTable {
  /** Name within the database, without it. */
  name: string;
  /** Avro field → column, in the order of the table's columns. `type` is the column's ClickHouse type. */
  columns: readonly { field: string; column: string; type: string }[];
}

export interface Block {
  table: BlockTable;
  /** A whole Avro Object Container File. */
  container: readonly Buffer[];
  /** Names exactly these rows; the same token with other rows would be dropped in silence. */
  token: string;
}

/** A range of offsets of one partition of one log, both ends included. */
export interface OffsetRange {
  logId: string;
  partition: number;
  first: number;
  last: number;
}

export interface Warehouse {
  /** Rows of a query. Values go in as `{name:Type}` parameters, never into the text. */
  query<Row>(sql: string, params?: Record<string, Param>): Promise<Row[]>;
  /** A statement without rows. `settings` go into the statement's own SETTINGS clause, so none can outlive it. */
  command(sql: string, params?: Record<string, Param>): Promise<void>;
  /**
   * Stores the block with all views, or throws. `warehouse_unavailable`: try again with the same token until it succeeds
   * (rows may or may not be there; the token makes it right). `warehouse_refused`: the engine cannot take these bytes.
   */
  insertBlock(block: Block): Promise<void>;
  /** Rows as JSON objects under a token, with the same promise. */
  insertRows(table: BlockTable, rows: readonly Record<string, unknown>[], token: string): Promise<void>;
  /** Brings tables and views to this version; safe to run twice. Throws `data_dir_newer` for a newer warehouse. */
  migrate(): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
