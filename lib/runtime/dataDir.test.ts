import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { openDataDir, readDoor } from './dataDir.ts';

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'rollguard-dir-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const holder = `
  import { openDataDir } from ${JSON.stringify(new URL('./dataDir.ts', import.meta.url).href)};
  openDataDir(process.argv.at(-1));
  console.log('held');
  setInterval(() => {}, 1000);
`;

/** Another process that owns the folder. */
async function startHolder(t: TestContext, path: string): Promise<{ pid: number; kill(): Promise<void> }> {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', holder, '--', path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  t.after(kill);
  await once(child.stdout, 'data');
  return { pid: child.pid!, kill };
}

test('a folder has one owner; the message names it, and SIGKILL frees it', async (t) => {
  const path = folder(t);
  const other = await startHolder(t, path);
  assert.throws(() => openDataDir(path), { code: 'data_dir_locked', message: new RegExp(`process ${other.pid}\\b`) });
  await other.kill();
  openDataDir(path).close();
});

test('a second opening in the same process is refused until the first is closed', (t) => {
  const path = folder(t);
  const first = openDataDir(path);
  assert.throws(() => openDataDir(path), { code: 'data_dir_locked' });
  first.close();
  openDataDir(path).close();
  assert.equal(readdirSync(path).filter((name) => name.endsWith('.lock')).length, 1);
});

test('the lock of a process whose number was given to another is stale', (t) => {
  const path = folder(t);
  openDataDir(path).close();
  const [name] = readdirSync(path).filter((each) => each.endsWith('.lock'));
  const owner = JSON.parse(readFileSync(join(path, name!), 'utf8')) as Record<string, unknown>;
  writeFileSync(join(path, name!), JSON.stringify({ ...owner, released: false, started: '1' }));
  openDataDir(path).close();
});

test('the owner in another container counts as alive as long as it touches its file', (t) => {
  const path = folder(t);
  const file = join(path, 'owner.4.lock');
  writeFileSync(file, JSON.stringify({ pid: 1, started: '5', boot: 'x', host: 'elsewhere', released: false }));
  assert.throws(() => openDataDir(path), { code: 'data_dir_locked', message: /on elsewhere/ });
  const minuteAgo = new Date(Date.now() - 60_000);
  utimesSync(file, minuteAgo, minuteAgo);
  openDataDir(path).close();
});

test('a newer folder is refused and left unlocked', (t) => {
  const path = folder(t);
  openDataDir(path, 3).close();
  assert.throws(() => openDataDir(path, 2), { code: 'data_dir_newer', message: /format 3/ });
  openDataDir(path, 3).close();
});

test('an older folder is brought forward step by step, going on where a step failed', (t) => {
  const path = folder(t);
  openDataDir(path, 1).close();
  const done: number[] = [];
  const broken = {
    1: () => void done.push(1),
    2: () => {
      throw new Error('disk full');
    },
  };
  assert.throws(() => openDataDir(path, 3, broken), /disk full/);
  const dir = openDataDir(path, 3, { 1: () => void done.push(1), 2: () => void done.push(2) });
  assert.deepEqual(done, [1, 2]);
  assert.equal(dir.fresh, false);
  dir.close();
  assert.equal(readFileSync(join(path, 'format'), 'utf8'), '3\n');
});

test('the secret stays the same and is readable by its owner alone', (t) => {
  const path = folder(t);
  const dir = openDataDir(path);
  assert.equal(dir.fresh, true);
  const secret = dir.secret();
  assert.match(secret, /^[0-9a-f]{64}$/);
  assert.equal(dir.secret(), secret);
  assert.equal(statSync(join(path, 'secret')).mode & 0o777, 0o600);
  dir.close();
});

test('the door is there while the owner runs', (t) => {
  const path = folder(t);
  const dir = openDataDir(path);
  assert.equal(readDoor(path), undefined);
  dir.announce({ url: 'http://127.0.0.1:8081', operatorKey: 'rgo_x' });
  assert.deepEqual(readDoor(path), { url: 'http://127.0.0.1:8081', operatorKey: 'rgo_x' });
  assert.equal(statSync(join(path, 'door.json')).mode & 0o777, 0o600);
  dir.close();
  assert.equal(readDoor(path), undefined);
});
