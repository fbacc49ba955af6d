import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkSchemas } from '../../lib/events/compatibility.ts';
import { packageRoot, readSchemaFiles, readSchemaIds } from '../../lib/events/schemas.ts';
import { generate } from './generate.ts';

const root = packageRoot();
const folder = join(root, 'schemas');
const files = readSchemaFiles(folder);
const ids = readSchemaIds(folder);
const faults = checkSchemas(files, ids);
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
for (const [path, text] of generate(files, ids)) {
  writeFileSync(join(root, path), text);
  console.log(path);
}
