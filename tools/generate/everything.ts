import { join } from 'node:path';
import { checkSchemas } from '../../lib/events/compatibility.ts';
import { packageRoot, readSchemaFiles, readSchemaIds } from '../../lib/events/schemas.ts';
import { openapiDocument } from '../../services/control/document.ts';
import { generate } from './generate.ts';

export interface Made {
  root: string;
  /** Path in the package → text. */
  files: Map<string, string>;
  /** What is wrong with the schemas; nothing may be written then. */
  faults: string[];
}

/** Every file of the package that is made from another. */
export async function everything(): Promise<Made> {
  const root = packageRoot();
  const folder = join(root, 'schemas');
  const schemas = readSchemaFiles(folder);
  const ids = readSchemaIds(folder);
  const files = generate(schemas, ids);
  files.set('docs/reference/openapi.json', await openapiDocument());
  return { root, files, faults: checkSchemas(schemas, ids) };
}
