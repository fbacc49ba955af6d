import { mkdir, open, rename, rm, unlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ClientWarehouse } from '../clientWarehouse.ts';
import { insertFromFile, type BlockFormat } from '../insertStatement.ts';
import { identifier, plainName } from '../literal.ts';
import type { BlockTable, Warehouse } from '../warehouse.ts';
import { createChdbClient } from './chdbClient.ts';
import { Writers } from './writers.ts';

/**
 * The engine in this process, its data in `<dir>/engine`. A process has one engine at a time: opening a second folder
 * throws until the first is closed.
 *
 * Blocks go through `<dir>/blocks`, the engine's only way in for binary data. The files are not flushed: what they hold
 * is in the log until the insert has returned, and the folder is emptied at start.
 */
export async function openEmbeddedWarehouse(dir: string): Promise<Warehouse> {
  const blocks = join(resolve(dir), 'blocks');
  await rm(blocks, { recursive: true, force: true });
  await mkdir(blocks, { recursive: true });
  const engine = join(resolve(dir), 'engine');
  const client = createChdbClient(engine);
  const writers = new Writers(() => createChdbClient(engine));
  let number = 0;

  async function insert(
    table: BlockTable,
    token: string,
    format: BlockFormat,
    bytes: readonly Buffer[],
  ): Promise<void> {
    number += 1;
    const path = join(blocks, `${number}.${format === 'Avro' ? 'avro' : 'json'}`);
    const file = await open(`${path}.tmp`, 'wx');
    try {
      await file.writev(bytes as Buffer[]);
    } finally {
      await file.close();
    }
    await rename(`${path}.tmp`, path);
    try {
      await writers.run(insertFromFile(table, token, format, path));
    } finally {
      await unlink(path);
    }
  }

  async function close(): Promise<void> {
    await writers.close();
    await client.close();
  }

  return new ClientWarehouse({ client, insert, afterMigration: flushEveryInsert, close });
}

/** Without it an insert that has returned may be lost with the power, and its log record is already behind the position. */
async function flushEveryInsert(warehouse: Warehouse): Promise<void> {
  const tables = await warehouse.query<{ name: string }>(
    `SELECT name FROM system.tables
     WHERE database = 'rollguard' AND engine LIKE '%MergeTree' AND ${plainName}
       AND create_table_query NOT LIKE '%fsync_after_insert = 1%'`,
  );
  for (const { name } of tables) {
    await warehouse.command(
      `ALTER TABLE rollguard.${identifier(name)} MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1`,
    );
  }
}
