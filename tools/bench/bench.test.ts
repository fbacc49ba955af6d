import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brokerMissing } from '../../test/broker.ts';
import { temporaryFolder } from '../../test/temporaryFolder.ts';
import { readOptions } from './options.ts';
import type { Results } from './result.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

test('a tiny run of everything prints its ratios, and writes them', { skip: brokerMissing() }, async () => {
  const folder = await temporaryFolder();
  const json = join(folder.path, 'results.json');
  const sizes = ['--events', '1500', '--rounds', '1', '--seconds', '1', '--connections', '4', '--json', json];
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', main, ...sizes]);
  const { machine, comparisons } = JSON.parse(await readFile(json, 'utf8')) as Results;
  assert.equal(machine.node, process.version);
  assert.deepEqual(
    comparisons.map(({ sides }) => sides.length),
    [3, 2, 3, 3],
  );
  for (const { title, sides, ratios } of comparisons) {
    assert.ok(stdout.includes(title), title);
    for (const { name } of sides) assert.ok(stdout.includes(name), name);
    assert.ok(ratios.length > 0);
    for (const { name, value } of ratios) {
      assert.ok(stdout.includes(`ratio ${name}: `), name);
      assert.ok(value.median > 0 && Number.isFinite(value.median), `${name} ${value.median}`);
    }
  }
  await folder.remove();
});

test('a word that the bench does not know is told, and a run without words does everything', () => {
  assert.throws(() => readOptions(['--only', 'guard']), /worker, gateway/);
  assert.throws(() => readOptions(['--rounds', '0']), /from 1/);
  assert.throws(() => readOptions(['--fast']), /--fast/);
  assert.deepEqual(readOptions([])?.parts, ['worker', 'gateway']);
  assert.equal(readOptions(['--help']), undefined);
});
