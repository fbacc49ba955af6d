import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { checkLedger, CheckError, requireNewApp, type OperatorApi } from './check.ts';
import { createLedgerBook, type Ledger, type ReleaseLedger } from './ledger.ts';
import { planPhone } from './plan.ts';

const app = 'com.example/sim';

function aLedger(): Ledger {
  const book = createLedgerBook(7, app);
  const options = {
    seed: 7,
    appId: app,
    channel: 'production',
    baseRelease: '1.0.0',
    releases: [{ name: '1.1.0', share: 1 }],
    faults: [],
    spacingMs: 10,
  };
  for (let number = 0; number < 300; number += 1) {
    book.begin();
    book.finish(planPhone(options, number, Date.UTC(2026, 0, 1)));
  }
  return book.ledger();
}

/** An operator API that reports what the ledger says, after `bend` has had its way with it. */
async function anApi(
  t: TestContext,
  ledger: Ledger,
  bend: (release: ReleaseLedger, asked: number) => void,
): Promise<OperatorApi> {
  let asked = 0;
  const server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://localhost');
    const send = (status: number, body: object): void => void response.writeHead(status).end(JSON.stringify(body));
    if (request.headers.authorization !== 'Bearer rgo_right') {
      send(401, { code: 'unknown_key', detail: 'No.' });
      return;
    }
    const reading = url.searchParams.get('confirm_seconds') === '1' ? 'settled' : 'young';
    const releases = structuredClone(ledger.releases);
    asked += 1;
    for (const release of releases) bend(release, asked);
    const errors = /^\/v1\/apps\/com\.example%2Fsim\/releases\/(.+)\/errors$/.exec(url.pathname)?.[1];
    if (errors !== undefined) {
      const reasons = releases.find(({ release }) => release === errors)?.reasons[reading] ?? {};
      send(200, { errors: Object.entries(reasons).map(([error_code, devices]) => ({ error_code, devices })) });
      return;
    }
    assert.equal(url.pathname, '/v1/apps/com.example%2Fsim/releases');
    send(200, {
      unattributed: ledger.unattributed,
      releases: releases.map(({ release, [reading]: counts }) => {
        const { numerator, denominator, ...devices } = counts;
        return { release, devices, success_rate: { numerator, denominator } };
      }),
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key: 'rgo_right' };
}

test('an API that counts as the ledger does has no differences', async (t) => {
  const ledger = aLedger();
  assert.deepEqual(await checkLedger(ledger, await anApi(t, ledger, () => undefined), 0), []);
});

test('a difference is named, in the reading and the field it is in', async (t) => {
  const ledger = aLedger();
  const api = await anApi(t, ledger, (release) => {
    release.young.failed += 1;
    const { settled } = release.reasons;
    if (settled.checksum_failed !== undefined) settled.checksum_failed += 1;
  });
  const differences = await checkLedger({ ...ledger, unattributed: ledger.unattributed + 1 }, api, 0);
  assert.ok(differences.some((each) => /^young: .* 1\.1\.0 failed: expected \d+, reported \d+$/.test(each)));
  assert.ok(differences.some((each) => /^settled: .* reason checksum_failed: /.test(each)));
  assert.ok(differences.some((each) => each.includes('unattributed')));
  assert.ok(!differences.some((each) => /^settled: .* failed: /.test(each) && !each.includes('reason')));
});

test('what is not stored yet is waited for as long as the counts move', async (t) => {
  const ledger = aLedger();
  const api = await anApi(t, ledger, (release, asked) => {
    release.settled.installed -= Math.max(0, 8 - asked);
  });
  assert.deepEqual(await checkLedger(ledger, api, 5000), []);
});

test('a fleet to be checked needs an app that nobody has used, a right key, and a server', async (t) => {
  const ledger = aLedger();
  const api = await anApi(t, ledger, () => undefined);
  await assert.rejects(requireNewApp(api, app), /already counts devices/);
  await requireNewApp(await anApi(t, { ...ledger, releases: [] }, () => undefined), app);
  await assert.rejects(requireNewApp({ ...api, key: 'rgo_wrong' }, app), /401 unknown_key/);
  await assert.rejects(requireNewApp({ ...api, url: 'http://127.0.0.1:9' }, app), CheckError);
});
