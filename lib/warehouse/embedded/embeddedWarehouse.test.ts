import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/temporaryFolder.ts';
import { openWarehouse } from '../open.ts';
import { describeWarehouse } from '../warehouse.contract.ts';

describeWarehouse('embedded', async () => {
  const folder = await temporaryFolder();
  const warehouse = await openWarehouse({ kind: 'embedded', dir: folder.path });
  return {
    warehouse,
    async dispose() {
      await warehouse.close();
      await folder.remove();
    },
  };
});

test('long questions to the embedded engine took all worker threads, and no append reached the disk meanwhile', async () => {
  const folder = await temporaryFolder();
  const warehouse = await openWarehouse({ kind: 'embedded', dir: folder.path });
  const ended: string[] = [];
  // More questions than Node has worker threads; the first alone takes a second.
  const questions = Array.from({ length: 6 }, async (_, index) => {
    await warehouse.query(index === 0 ? 'SELECT sleep(1)' : 'SELECT 1');
    ended.push('question');
  });
  const file = readFile(import.meta.filename).then(() => ended.push('file'));
  await Promise.all([...questions, file]);
  assert.equal(ended[0], 'file');
  await warehouse.close();
  await folder.remove();
});
