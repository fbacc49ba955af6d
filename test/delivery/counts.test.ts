import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aFleet, differences } from './fleet.ts';
import { createSite, ingestKey, operatorKey, skipped } from './site.ts';

const devices = 20_000;

for (const mode of ['embedded', 'cluster'] as const) {
  test(
    `${mode}: the API counts exactly what a fleet of ${devices} phones did, whatever it did to order, clocks and duplicates`,
    { skip: skipped(mode) },
    async () => {
      const site = await createSite(mode);
      try {
        await site.start();
        const ledger = await aFleet(site, devices, 7).ended;
        assert.equal(ledger.devices, devices);
        assert.deepEqual(await differences(site, ledger), []);
        await site.stop();
        const output = site.output();
        assert.ok(!output.includes(ingestKey) && !output.includes(operatorKey), 'no key in any line');
      } finally {
        await site.close();
      }
    },
  );
}
