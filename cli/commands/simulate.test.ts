import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startService, type Service } from '../../test/delivery/service.ts';
import { createSite, ingestKey, operatorKey } from '../../test/delivery/site.ts';
import { temporaryFolder } from '../../test/temporaryFolder.ts';
import type { Ledger } from '../../tools/simulate/ledger.ts';

const simulate = (args: string, env: Record<string, string> = {}): Service =>
  startService('simulate', ['simulate', ...args.split(' ').filter(Boolean)], env);

test('every fault of a command line is told at once, and the run does not begin', async () => {
  const service = simulate('--devices none --release 2.4.0:2 --fault platfrom=android --check http://127.0.0.1:1');
  assert.equal((await service.ended).code, 2);
  for (const fault of [
    /--devices none: must be a whole number/,
    /--release 2\.4\.0:2: must be a name/,
    /--fault platfrom=android: 'platfrom' is not known/,
    /--key is missing/,
    /--operator-key is missing/,
  ]) {
    assert.match(service.output(), fault);
  }
});

test('the check says that API and ledger agree; refusals are one line each', async () => {
  const site = await createSite('embedded');
  try {
    await site.start();
    const refused = simulate(`--url ${site.deviceUrl} --key rgi_of_nobody --devices 10`);
    assert.equal((await refused.ended).code, 1);
    assert.match(refused.output(), /^the server answered 401 unknown_key/m);
    assert.doesNotMatch(refused.output(), / at .*\.ts:/, 'no stack');

    const folder = await temporaryFolder();
    const file = join(folder.path, 'ledger.json');
    const keys = { ROLLGUARD_INGEST_KEY: ingestKey, ROLLGUARD_OPERATOR_KEY: operatorKey };
    const args = `--url ${site.deviceUrl} --devices 400 --seed 7 --release 2.4.0:0.8 --release 2.4.1:0.5:beta --fault os=13,rate=0.5,code=checksum_failed --ledger ${file} --check ${site.operatorUrl}`;
    const checked = simulate(args, keys);
    assert.equal((await checked.ended).code, 0, checked.output());
    assert.match(checked.output(), /The API counts exactly what the fleet of 400 phones did/);
    const ledger = JSON.parse(readFileSync(file, 'utf8')) as Ledger;
    assert.equal(ledger.devices, 400);
    assert.ok(ledger.releases.some(({ reasons }) => (reasons.settled.checksum_failed ?? 0) > 10));
    await folder.remove();

    // The same devices again are not a new fleet to the server.
    const again = simulate(args, keys);
    assert.equal((await again.ended).code, 1);
    assert.match(again.output(), /already counts devices of com\.example\.shop/);
  } finally {
    await site.close();
  }
});
