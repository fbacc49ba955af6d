import { identifier, quote } from './literal.ts';
import type { BlockTable } from './warehouse.ts';

export type BlockFormat = 'Avro' | 'JSONEachRow';

/**
 * The settings of every insert, inside the statement: a setting given any other way stays in the embedded engine's session,
 * and the last token would swallow the next insert that has none.
 *
 * One thread and one large block: a retry must cut the rows into the same parts, for a part is what a token protects.
 */
function settings(token: string): string {
  return [
    `insert_deduplication_token=${quote(token)}`,
    'insert_deduplicate=1',
    'deduplicate_blocks_in_dependent_materialized_views=1',
    'async_insert=0',
    'max_insert_threads=1',
    'min_insert_block_size_rows=10000000',
    'min_insert_block_size_bytes=1073741824',
  ].join(', ');
}

/** `field Type, …`: spelled out, the engine neither infers the schema nor casts. */
export function structure(table: BlockTable): string {
  return table.columns.map(({ field, type }) => `${identifier(field)} ${type}`).join(', ');
}

/** `INSERT INTO … SELECT … FROM <source>`: fields are matched by name, and a field's name may differ from its column's. */
function insertFrom(table: BlockTable, token: string, source: string): string {
  const columns = table.columns.map(({ column }) => identifier(column)).join(', ');
  const fields = table.columns.map(({ field }) => identifier(field)).join(', ');
  return `INSERT INTO rollguard.${identifier(table.name)} (${columns}) SETTINGS ${settings(token)} SELECT ${fields} FROM ${source}`;
}

/** For the in-process engine, which takes binary data from a file only. */
export function insertFromFile(table: BlockTable, token: string, format: BlockFormat, path: string): string {
  return insertFrom(table, token, `file(${quote(path)}, ${quote(format)}, ${quote(structure(table))})`);
}

/** For a server: the data follows the statement as the body of the request. */
export function insertFromBody(table: BlockTable, token: string, format: BlockFormat): string {
  return `${insertFrom(table, token, `input(${quote(structure(table))})`)} FORMAT ${format}`;
}
