import { fingerprint } from '../../lib/events/schemas.ts';
import type { SchemaFile } from '../../lib/events/schemas.ts';
import { newest, renderPage, renderType } from './render.ts';

/** Path in the package → text, for everything that is made from the schemas. */
export function generate(files: SchemaFile[], ids: Record<string, number>): Map<string, string> {
  const made = new Map<string, string>();
  for (const file of newest(files)) {
    made.set(`lib/events/generated/${file.subject}.ts`, renderType(file));
    made.set(`docs/reference/${file.subject}.md`, renderPage(file, ids[fingerprint(file.schema)] ?? 0));
  }
  return made;
}
