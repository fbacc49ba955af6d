import { join } from 'node:path';
import { checkSchemas } from '../../lib/events/compatibility.ts';
import { packageRoot, readSchemaFiles, readSchemaIds } from '../../lib/events/schemas.ts';
import { openapiDocument } from '../../services/control/document.ts';
import { configurationPage } from './configurationPage.ts';
import { errorsPage } from './errorsPage.ts';
import { generate } from './generate.ts';
import { metricsPage } from './metricsPage.ts';

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
  files.set('docs/reference/configuration.md', configurationPage());
  files.set('docs/reference/errors.md', errorsPage());
  files.set('docs/reference/metrics.md', metricsPage());
  return { root, files, faults: checkSchemas(schemas, ids) };
}
