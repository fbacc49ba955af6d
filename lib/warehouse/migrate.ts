import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RollguardError } from '../runtime/errors.ts';
import type { Warehouse } from './warehouse.ts';

export interface Migration {
  number: number;
  name: string;
  sql: string;
  /** SHA-256 of the text, hex. */
  checksum: string;
}

/** The numbered files beside this one; from the built tree, those of the package. */
function folder(): string {
  const beside = fileURLToPath(new URL('./migrations/', import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL('../../../lib/warehouse/migrations/', import.meta.url));
}

/** One statement a file, in the order of their numbers. */
export async function readMigrations(dir: string = folder()): Promise<Migration[]> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(dir, name), 'utf8');
      const checksum = createHash('sha256').update(sql).digest('hex');
      return { number: Number.parseInt(name, 10), name, sql, checksum };
    }),
  );
}

/**
 * Applies what is missing, in order, and records it. Two processes may do so at once: every statement can run twice.
 * Throws `data_dir_newer` when the warehouse has a number that this version does not know, and `warehouse_changed` when a
 * file was edited after it had been applied.
 */
export async function migrate(warehouse: Warehouse, migrations?: readonly Migration[]): Promise<void> {
  const known = migrations ?? (await readMigrations());
  await warehouse.command('CREATE DATABASE IF NOT EXISTS rollguard');
  await warehouse.command(
    `CREATE TABLE IF NOT EXISTS rollguard.schema_migrations
     (number UInt32, name String, checksum String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
     ENGINE = ReplacingMergeTree ORDER BY number`,
  );
  const applied = await warehouse.query<{ number: number; checksum: string }>(
    'SELECT DISTINCT number, checksum FROM rollguard.schema_migrations ORDER BY number',
  );
  const newest = known.at(-1)?.number ?? 0;
  const newer = applied.find(({ number }) => number > newest);
  if (newer !== undefined) {
    throw new RollguardError(
      'data_dir_newer',
      `The warehouse is at version ${newer.number}; this program knows up to ${newest}. Use the newer program.`,
    );
  }
  const checksums = new Map(applied.map(({ number, checksum }) => [number, checksum]));
  for (const migration of known) {
    const before = checksums.get(migration.number);
    if (before !== undefined && before !== migration.checksum) {
      throw new RollguardError(
        'warehouse_changed',
        `Migration ${migration.name} was edited after it had been applied here. Restore it, and put the change into a new one.`,
      );
    }
    if (before === undefined) await apply(warehouse, migration);
  }
}

async function apply(warehouse: Warehouse, { sql, number, name, checksum }: Migration): Promise<void> {
  await warehouse.command(sql);
  await warehouse.command(
    `INSERT INTO rollguard.schema_migrations (number, name, checksum)
     SELECT {number:UInt32}, {name:String}, {checksum:String}`,
    { number, name, checksum },
  );
}
