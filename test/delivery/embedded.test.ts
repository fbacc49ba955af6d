import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aFleet, differences } from './fleet.ts';
import { createSite, ingestKey, operatorKey } from './site.ts';

test('the API counts exactly what a fleet of 2,000 phones did, whatever it did to order, clocks and duplicates', async () => {
  const site = await createSite();
  try {
    const service = site.start();
    await site.ready();
    const ledger = await aFleet(site, 2000, 7).ended;
    assert.deepEqual(await differences(site, ledger), []);
    await service.stop();
    const output = site.output();
    assert.ok(!output.includes(ingestKey) && !output.includes(operatorKey), 'no key in any line');
  } finally {
    await site.close();
  }
});
