import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where an embedded engine that does not run keeps a table. */
async function folderOf(engine: string, table: string): Promise<string> {
  const definition = await readFile(join(engine, 'metadata', 'rollguard', `${table}.sql`), 'utf8').catch(async () => {
    // The database's own folder is named by its id.
    const [, id] = /UUID '([0-9a-f-]+)'/.exec(await readFile(join(engine, 'metadata', 'rollguard.sql'), 'utf8'))!;
    return readFile(join(engine, 'store', id!.slice(0, 3), id!, `${table}.sql`), 'utf8');
  });
  const id = /UUID '([0-9a-f-]+)'/.exec(definition)![1]!;
  return join(engine, 'store', id.slice(0, 3), id);
}

/** Takes away the part that came last: what is left when the engine is killed behind its note of the token. */
export async function losePart(engine: string, table: string): Promise<string> {
  const folder = await folderOf(engine, table);
  const parts = (await readdir(folder)).flatMap((name) => {
    const match = /^\w+?_\d+_(\d+)_\d+$/.exec(name);
    return match ? [{ name, block: Number(match[1]) }] : [];
  });
  const last = parts.sort((a, b) => a.block - b.block).at(-1)!;
  await rm(join(folder, last.name), { recursive: true });
  return last.name;
}

/** Takes away the note of the last token: what is left when the power goes, for the engine does not flush it. */
export async function loseToken(engine: string, table: string): Promise<void> {
  const folder = join(await folderOf(engine, table), 'deduplication_logs');
  const logs = (await readdir(folder)).sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  for (const name of logs.reverse()) {
    const lines = (await readFile(join(folder, name), 'utf8')).trimEnd().split('\n');
    if (lines[0] === '') continue;
    await writeFile(
      join(folder, name),
      lines.slice(0, -1).map((line) => `${line}\n`),
    );
    return;
  }
  throw new Error(`${table} has noted no token`);
}
