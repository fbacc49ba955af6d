import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { AcquisitionStatus } from 'code-push/script/acquisition-sdk.js';
import { bundle, called, codePushClient, deploymentKey } from '../dialects/codePushClient.ts';
import { waitFor } from '../waitFor.ts';
import { aFleet, differences } from './fleet.ts';
import { createSite, ingestKey, operatorKey, skipped, type Site } from './site.ts';

const devices = 20_000;

interface Counted {
  release: string;
  devices: { installed: number; failed: number };
}

for (const mode of ['embedded', 'cluster'] as const) {
  describe(`what is counted, ${mode}`, { skip: skipped(mode) }, () => {
    let site: Site;
    before(async () => {
      site = await createSite(mode);
      await site.start();
    });
    after(() => site.close());

    async function counted(app: string, wanted: Record<string, [installed: number, failed: number]>): Promise<void> {
      let seen: unknown;
      const agrees = async (): Promise<boolean> => {
        const { releases } = await site.get<{ releases: Counted[] }>(`/v1/apps/${app}/releases`);
        seen = Object.fromEntries(releases.map(({ release, devices: d }) => [release, [d.installed, d.failed]]));
        return JSON.stringify(sorted(seen)) === JSON.stringify(sorted(wanted));
      };
      await waitFor(agrees, { timeoutMs: 30_000, what: 'the counts' }).catch(() => assert.deepEqual(seen, wanted));
    }

    test(`the API counts exactly what a fleet of ${devices} phones did, whatever it did to order, clocks and duplicates`, async () => {
      const ledger = await aFleet(site, devices, 7).ended;
      assert.equal(ledger.devices, devices);
      assert.deepEqual(await differences(site, ledger), []);
    });

    test("what CodePush's own client reports is counted", async () => {
      const answers: number[] = [];
      const manager = codePushClient(`${site.deviceUrl}/k/${ingestKey}/codepush`, answers);
      const { DeploymentSucceeded, DeploymentFailed } = AcquisitionStatus;
      await called((done) => manager.reportStatusDownload(bundle('v12'), done));
      await called((done) =>
        manager.reportStatusDeploy(bundle('v12'), DeploymentSucceeded, 'v11', deploymentKey, done),
      );
      await called((done) => manager.reportStatusDeploy(bundle('v13'), DeploymentFailed, 'v12', deploymentKey, done));
      assert.deepEqual(answers, [200, 200, 200]);
      await counted(deploymentKey, { [`${deploymentKey}/v12`]: [1, 0], [`${deploymentKey}/v13`]: [0, 1] });
    });

    test('what Capgo phones report is counted', async () => {
      const report = (device: string, action: string): object => ({
        app_id: 'com.example.capgo',
        device_id: `00000000-0000-4000-8000-00000000000${device}`,
        platform: 'android',
        version_name: '3.1.0',
        version_build: '3.0.0',
        version_os: '14',
        action,
        timestamp: Date.now(),
      });
      for (const [device, ...actions] of [
        ['1', 'download_complete', 'set', 'app_launch_ready'],
        ['2', 'download_complete', 'set', 'update_fail'],
      ]) {
        for (const action of actions) {
          const answer = await fetch(`${site.deviceUrl}/k/${ingestKey}/capgo/stats`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify([report(device!, action)]),
          });
          assert.equal(answer.status, 200, await answer.text());
        }
      }
      await counted('com.example.capgo', { '3.1.0': [1, 1] });
    });

    test('no key stands in any line of the processes', async () => {
      await site.stop();
      const output = site.output();
      assert.ok(output.length > 0);
      assert.ok(!output.includes(ingestKey) && !output.includes(operatorKey));
    });
  });
}

function sorted(counts: unknown): unknown {
  return Object.entries(counts as object).sort(([a], [b]) => (a < b ? -1 : 1));
}
