import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Paths, sorted, of every file below the folders whose name ends so. */
export function globSync(folders, ending) {
  return folders
    .flatMap((folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, name)))
    .filter((path) => path.endsWith(ending))
    .sort();
}
