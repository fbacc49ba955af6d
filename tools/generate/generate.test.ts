import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { everything } from './everything.ts';

test('every generated file is the one that `npm run generate` makes now', async () => {
  const { root, files, faults } = await everything();
  assert.deepEqual(faults, []);
  assert.ok(files.size >= 5);
  for (const [path, text] of files) {
    assert.ok(readFileSync(join(root, path), 'utf8') === text, `${path} is not up to date: run \`npm run generate\``);
  }
});
