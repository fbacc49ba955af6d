import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Ledger } from '../../tools/simulate/ledger.ts';
import { aFleet, differences } from '../delivery/fleet.ts';
import { createSite, type Site } from '../delivery/site.ts';
import { losePart, loseToken } from './engineFiles.ts';

/**
 * What the engine's disk may look like after a death in an insert, though the insert was under way in order. No test can
 * hit the moment, so the disk is made so by hand, behind a worker that died before it could move its position.
 */
const deaths: { name: string; happen: (engine: string) => Promise<unknown> }[] = [
  {
    name: 'the token is noted, and the rows are not there',
    happen: async (engine) => {
      for (const table of ['update_events', 'device_releases', 'release_minutes']) await losePart(engine, table);
    },
  },
  { name: 'the rows are there, and those of a view are not', happen: (engine) => losePart(engine, 'device_releases') },
  {
    name: 'the rows are there, and the token is not noted',
    happen: async (engine) => {
      for (const table of ['update_events', 'device_releases', 'release_minutes']) await loseToken(engine, table);
    },
  },
];

describe('the engine dies in an insert, and nothing is lost or stored twice', () => {
  let site: Site;
  const ledgers: Ledger[] = [];

  before(async () => {
    // One partition: the part that came last is then that of the block under way.
    site = await createSite('embedded', { ROLLGUARD_LOG_PARTITIONS: '1' });
    await site.start();
    ledgers.push(await aFleet(site, 100, 60, 'com.example.before').ended);
  });
  after(() => site.close());

  for (const [turn, { name, happen }] of deaths.entries()) {
    test(name, async () => {
      await site.kill('gateway');
      const victim = site.run('gateway', 'after_insert:2');
      const fleet = aFleet(site, 100, 61 + turn, `com.example.death-${turn}`);
      assert.equal((await victim.ended).signal, 'SIGKILL', victim.output().slice(-2000));
      await happen(join(site.spoolDir, '..', '..', 'warehouse', 'engine'));
      site.run('gateway');
      ledgers.push(await fleet.ended);
      assert.deepEqual(await differences(site, ...ledgers), []);
    });
  }

  test('the traffic by minute is that of the raw rows', async () => {
    await site.stop();
    const [sums] = await site.rows(
      `SELECT (SELECT count() FROM rollguard.update_events) AS events,
         (SELECT sum(events) FROM rollguard.release_minutes) AS by_minute`,
    );
    const { events, by_minute } = sums as Record<string, number>;
    assert.equal(by_minute, events);
  });
});
