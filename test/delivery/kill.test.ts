import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openWarehouse } from '../../lib/warehouse/open.ts';
import { aFleet, differences } from './fleet.ts';
import { waitFor } from '../waitFor.ts';
import { createSite, type Site } from './site.ts';

const points = ['before_intent', 'after_intent', 'after_insert'] as const;
/** Deaths by crash point in one run; `npm run chaos` asks for more. */
const kills = Number(process.env.ROLLGUARD_TEST_KILLS ?? '4');

/** Lets the process die at a point while the fleet reports; the fleet sends again until it is answered. */
async function dieAt(site: Site, point: string, passage: number): Promise<void> {
  const service = site.start(`${point}:${passage}`);
  const { signal } = await service.ended;
  assert.equal(signal, 'SIGKILL', service.output().slice(-2000));
  assert.ok(service.output().includes(`crash point ${point}`), service.output().slice(-2000));
  console.log(`killed at ${point}, passage ${passage}`);
}

test(`killed ${kills} times at crash points and once by hand, the process loses and doubles nothing`, async () => {
  const site = await createSite();
  try {
    site.start();
    await site.ready();
    const fleet = aFleet(site, 1500 + 150 * kills, 11);
    await waitFor(() => fleet.progress().events >= 300, { timeoutMs: 60_000, what: 'the first events' });
    await site.current().kill();
    for (let kill = 0; kill < kills; kill += 1) await dieAt(site, points[kill % points.length]!, 1 + (kill % 4));
    site.start();
    const ledger = await fleet.ended;
    assert.ok(ledger.requests.retried > 0, 'the fleet has met the outages');
    // A request whose answer was lost is stored twice in the log; each device still counts once.
    assert.deepEqual(await differences(site, ledger), []);
  } finally {
    await site.close();
  }
});

test('a block whose raw rows were stored without a view is completed after the fault', async () => {
  const site = await createSite();
  const sql = async (statement: string): Promise<void> => {
    const warehouse = await openWarehouse({ kind: 'embedded', dir: site.warehouseDir });
    await warehouse.command(statement);
    await warehouse.close();
  };
  try {
    site.start();
    await site.ready();
    await site.current().kill();
    // Any event makes this view throw, after the raw rows are there.
    await sql(`CREATE MATERIALIZED VIEW rollguard.broken_view ENGINE = MergeTree ORDER BY id AS
               SELECT CAST(app_id AS UUID) AS id FROM rollguard.update_events`);
    const dying = dieAt(site, 'raw_stored_without_view', 1);
    const fleet = aFleet(site, 300, 12);
    await dying;
    await sql('DROP TABLE rollguard.broken_view');
    site.start();
    assert.deepEqual(await differences(site, await fleet.ended), []);
  } finally {
    await site.close();
  }
});
