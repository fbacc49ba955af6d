import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { aRecord, aTopic } from '../contract/scene.ts';
import { describeLog } from '../log.contract.ts';
import { LmdbLog } from './lmdbLog.ts';

const folders: string[] = [];

async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rollguard-log-'));
  folders.push(folder);
  return folder;
}

after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

describeLog('LMDB', undefined, async () => {
  const folder = await aFolder();
  return {
    open: () => Promise.resolve(new LmdbLog(folder)),
    dropTopics: () => rm(folder, { recursive: true }),
    takeAway: (log) => log.close(),
    bringBack: () => Promise.resolve(),
  };
});

test('LMDB trims what lies below the positions and is older than the retention, and keeps counting', async () => {
  const folder = await aFolder();
  let log = new LmdbLog(folder);
  const old = aTopic({ partitions: 1, retentionMs: 0 });
  const young = aTopic({ partitions: 1 });
  await log.migrate([old, young]);
  for (const { name } of [old, young]) {
    for (let i = 0; i < 5; i += 1) await log.append(name, [aRecord('k', `${i}`), aRecord('k', `${i}`)]);
    await log.trim(name, new Map([[0, 7]]));
  }
  assert.deepEqual(await log.ranges(old.name), [{ partition: 0, first: 6, end: 10 }], 'a block is kept whole');
  assert.deepEqual(await log.ranges(young.name), [{ partition: 0, first: 0, end: 10 }]);
  await log.trim(old.name, new Map([[0, 10]]));
  assert.deepEqual(await log.ranges(old.name), [{ partition: 0, first: 10, end: 10 }]);
  await log.close();
  log = new LmdbLog(folder);
  assert.deepEqual(await log.ranges(old.name), [{ partition: 0, first: 10, end: 10 }]);
  assert.deepEqual(await log.append(old.name, [aRecord('k', 'next')]), [{ partition: 0, offset: 10 }]);
  await log.close();
});

test('LMDB keeps only the newest record of each key of a compacted topic', async () => {
  const log = new LmdbLog(await aFolder());
  const spec = aTopic({ partitions: 1, compacted: true });
  await log.migrate([spec]);
  await log.append(spec.name, [aRecord('a', '1'), aRecord('a', '2'), aRecord('b', '1')]);
  await Promise.all([log.append(spec.name, [aRecord('a', '3')]), log.append(spec.name, [aRecord('a', '4')])]);
  const kept: string[] = [];
  for await (const records of log.read(spec.name, 0, 0, 100)) {
    for (const { key, value, offset } of records) kept.push(`${offset}: ${key!.toString()} ${value!.toString()}`);
  }
  assert.deepEqual(kept, ['2: b 1', '4: a 4']);
  assert.deepEqual(await log.ranges(spec.name), [{ partition: 0, first: 0, end: 5 }]);
  await log.close();
});
