import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ledger } from '../../tools/simulate/ledger.ts';
import { dieAt, points, spooledDevices } from './deaths.ts';
import { aFleet, differences } from './fleet.ts';
import { createSite, skipped } from './site.ts';

/** Deaths at crash points in one run; `npm run chaos` asks for more. */
const kills = Number(process.env.ROLLGUARD_TEST_KILLS ?? points.length);

for (const mode of ['embedded', 'cluster'] as const) {
  test(
    `${mode}: killed ${kills} times at crash points and once by hand, it loses and doubles nothing`,
    { skip: skipped(mode) },
    async () => {
      const site = await createSite(mode);
      try {
        await site.start();
        const whole = aFleet(site, 400, 11);
        const ledgers: Ledger[] = [];
        for (let turn = 0; turn < kills; turn += 1)
          ledgers.push(...(await dieAt(site, points[turn % points.length]!, turn)));
        const last = aFleet(site, 400, 12, 'com.example.by-hand');
        await site.kill('gateway');
        site.run('gateway');
        ledgers.push(await whole.ended, await last.ended);
        // A request whose answer was lost lies in the log twice; each device still counts once.
        assert.deepEqual(await differences(site, ...ledgers), []);
        if (mode === 'embedded') {
          const { releases } = await site.get<{ releases: { devices: { installed: number } }[] }>(
            '/v1/apps/com.example.death-0.spooled/releases',
          );
          assert.equal(releases[0]?.devices.installed, spooledDevices);
        }
      } finally {
        await site.close();
      }
    },
  );
}
