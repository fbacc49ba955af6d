import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { startService } from '../delivery/service.ts';
import { createSite, ingestKey, operatorKey, type Site } from '../delivery/site.ts';
import { freePort } from '../freePort.ts';
import { temporaryFolder, type TemporaryFolder } from '../temporaryFolder.ts';

let site: Site;
let folder: TemporaryFolder;

before(async () => {
  folder = await temporaryFolder();
  site = await createSite('embedded');
  await site.start();
});

after(async () => {
  await site.close();
  await folder.remove();
});

/** Runs one command of the command line against the site, or as the environment says. */
async function rollguard(args: string[], env: Record<string, string> = {}): Promise<{ code: number; output: string }> {
  const asked = { ROLLGUARD_CONTROL_URL: site.operatorUrl, ROLLGUARD_OPERATOR_KEY: operatorKey, ...env };
  const service = startService(args.join(' '), args, asked);
  const { code } = await service.ended;
  return { code: code ?? -1, output: service.output() };
}

async function report(key: string, event: object): Promise<number> {
  const answer = await fetch(`${site.deviceUrl}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ app_id: 'com.example.shop', device_id: 'd1', kind: 'activated', release: '1', ...event }),
  });
  return answer.status;
}

test('a key is made, writes for its app only, is listed, and writes no more once it is revoked', async () => {
  const made = await rollguard([
    'keys',
    'create',
    '--kind',
    'ingest',
    '--app',
    'com.example.shop',
    '--name',
    'the shop',
  ]);
  assert.equal(made.code, 0, made.output);
  const key = /rgi_\w{32}/.exec(made.output)![0];
  const id = /key_\w+/.exec(made.output)![0];
  assert.equal(await report(key, {}), 202);
  assert.equal(await report(key, { app_id: 'com.example.other' }), 403);
  const listed = await rollguard(['keys', 'list']);
  assert.match(listed.output, new RegExp(`${id} +ingest +com\\.example\\.shop +valid +the shop`));
  assert.ok(!listed.output.includes(key));
  const revoked = await rollguard(['keys', 'revoke', id]);
  assert.equal(revoked.code, 0, revoked.output);
  assert.equal(await report(key, {}), 401);
  assert.ok(!site.output().includes(key), 'no key in any line of the process');
});

test('the doctor finds a sound installation healthy, in both depths', async () => {
  assert.equal(await report(ingestKey, { device_id: 'd2' }), 202);
  for (const depth of [[], ['--deep']]) {
    const { code, output } = await rollguard(['doctor', ...depth]);
    assert.equal(code, 0, output);
    assert.match(output, /^ok {4}nothing_lost +Among the \d+ offsets/m);
    assert.match(output, /^ok: \d+ ok, 0 warn, 0 fail; /m);
  }
  const { output } = await rollguard(['doctor', '--json']);
  assert.equal((JSON.parse(output) as { healthy: boolean }).healthy, true);
});

test('a replay with nothing to replay says so, and its options are checked here', async () => {
  const { code, output } = await rollguard(['replay', '--code', 'undecodable']);
  assert.equal(code, 0, output);
  assert.match(output, /0 would be replayed, 0 stored already, 0 refused\nNothing was written/);
  const value = join(folder.path, 'value');
  writeFileSync(value, 'x');
  const origin = ['--origin', 'log/rollguard.device-events/0/5'];
  const missing = await rollguard(['replay', ...origin, '--value', value, '--yes']);
  assert.equal(missing.code, 1, missing.output);
  assert.match(missing.output, /1 × not_found/);
  assert.equal((await rollguard(['replay', '--origin', 'somewhere'])).code, 2);
  assert.equal((await rollguard(['replay', '--forse'])).code, 2);
});

test('an error says what to do: nobody there, somebody else there, a wrong key, no key', async () => {
  const nobody = await rollguard(['doctor'], { ROLLGUARD_CONTROL_URL: `http://127.0.0.1:${await freePort()}` });
  assert.equal(nobody.code, 1);
  assert.match(nobody.output, /^control_unreachable: Nothing answers at .* ROLLGUARD_CONTROL_URL/);
  const wrong = await rollguard(['doctor'], { ROLLGUARD_OPERATOR_KEY: 'rgo_this_is_not_the_key_0123456789' });
  assert.match(wrong.output, /^control_refused: unknown_key: /);
  const device = await rollguard(['doctor'], { ROLLGUARD_CONTROL_URL: site.deviceUrl });
  assert.equal(device.code, 1);
  assert.ok(!device.output.includes('at async'), device.output);
  const none = await rollguard(['keys', 'list'], { ROLLGUARD_OPERATOR_KEY: '' });
  assert.match(none.output, /^control_unreachable: No running process holds /);
  // The folder of a process opens its door to commands on the same machine.
  const door = await rollguard(['keys', 'list'], {
    ROLLGUARD_OPERATOR_KEY: '',
    ROLLGUARD_DATA_DIR: join(dirname(site.spoolDir), '..'),
  });
  assert.equal(door.code, 0, door.output);
  assert.match(door.output, /command line of this machine/);
});

test('help of each command is printed without asking anybody', async () => {
  for (const command of ['keys', 'doctor', 'replay']) {
    const { code, output } = await rollguard([command, '--help'], { ROLLGUARD_OPERATOR_KEY: '' });
    assert.equal(code, 0);
    assert.match(output, new RegExp(`^rollguard ${command} `));
  }
});
