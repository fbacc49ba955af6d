import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { everything } from './everything.ts';

const { root, files, faults } = await everything();
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
for (const [path, text] of files) {
  writeFileSync(join(root, path), text);
  console.log(path);
}
