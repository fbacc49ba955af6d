import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { freePort } from './freePort.ts';
import { temporaryFolder } from './temporaryFolder.ts';
import { waitFor } from './waitFor.ts';

const run = promisify(execFile);
const readme = readFileSync('README.md', 'utf8');

/** The commands of the README's shell blocks, a continued line being one command. */
const commands = Array.from(readme.matchAll(/^```sh\n([\s\S]*?)^```/gm)).flatMap(([, block]) =>
  block!
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line !== ''),
);
const curls = commands.filter((command) => command.startsWith('curl '));

/** Where each other command is run. */
const runElsewhere: Record<string, string> = {
  'npm ci && npm run demo': 'test/page/demo.test.ts',
  'npm ci && npm test': '.ci/run',
  'npx rollguard start': 'test/readme.test.ts',
  'cp .env.example .env   # then set the four secrets in it': 'test/compose.test.ts',
  'docker compose up -d --build': 'test/compose.test.ts',
  'docker compose up -d --scale worker=3 --scale gateway=1': 'test/compose.test.ts',
};

test('every command of the README is run somewhere', () => {
  assert.equal(curls.length, 2);
  for (const command of commands.filter((each) => !curls.includes(each))) {
    const place = runElsewhere[command];
    assert.ok(place !== undefined && existsSync(place), `nothing runs: ${command}`);
  }
});

test('every command that the README names is known to the command line, and every link leads somewhere', async () => {
  const { stdout } = await run(process.execPath, ['--import', 'tsx', 'cli/main.ts', '--help']);
  for (const [, name] of readme.matchAll(/^\| `npx rollguard (\w+)`/gm))
    assert.match(stdout, new RegExp(`^  ${name} `, 'm'));
  for (const [, target] of readme.matchAll(/\]\(([^)#]+)/g)) assert.ok(existsSync(target!), target);
});

test('the packed tarball starts on an empty folder, and the first event is counted as the README shows', async () => {
  const folder = await temporaryFolder();
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', folder.path]);
  await run('tar', ['xzf', join(folder.path, stdout.trim().split('\n').at(-1)!), '-C', folder.path]);
  const installed = join(folder.path, 'package');
  await symlink(resolve('node_modules'), join(installed, 'node_modules'));
  const [port, controlPort] = [await freePort(), await freePort()];
  const child = spawn(process.execPath, [join(installed, 'dist', 'cli', 'main.js'), 'start'], {
    cwd: folder.path,
    env: {
      PATH: process.env.PATH,
      ROLLGUARD_PORT: String(port),
      ROLLGUARD_CONTROL_PORT: String(controlPort),
      ROLLGUARD_BLOCK_MS: '50',
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
  try {
    const key = (kind: string): string | undefined => new RegExp(`${kind} key +(\\S+)`).exec(output)?.[1];
    const keys = await waitFor(
      () => {
        assert.equal(child.exitCode, null, output);
        const [ingest, operator] = [key('ingest'), key('operator')];
        return ingest !== undefined && operator !== undefined ? { ingest, operator } : undefined;
      },
      { timeoutMs: 60_000, what: 'the first keys' },
    );
    const env = { PATH: process.env.PATH, INGEST_KEY: keys.ingest, OPERATOR_KEY: keys.operator };
    const sh = async (command: string): Promise<unknown> => {
      const here = command.replace(':8080', `:${port}`).replace(':8081', `:${controlPort}`);
      return JSON.parse((await run('bash', ['-c', here.replace('curl ', 'curl -sS ')], { env })).stdout);
    };
    assert.deepEqual(await sh(curls[0]!), { accepted: 1, rejected: [] });
    const counted = async (): Promise<boolean> => {
      const { releases } = (await sh(curls[1]!)) as { releases: { release: string; devices: { installed: number } }[] };
      return releases.some(({ release, devices }) => release === '1.0.1' && devices.installed === 1);
    };
    await waitFor(counted, { timeoutMs: 30_000, what: 'the first event to be counted' });
  } finally {
    child.kill('SIGTERM');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    await folder.remove();
  }
});
