import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from '../waitFor.ts';
import { aFleet, differences } from './fleet.ts';
import type { Service } from './service.ts';
import { createSite, skipped } from './site.ts';

/** Waits until this worker has stored something, which it does only when it owns a partition. */
async function shares(worker: Service): Promise<void> {
  const stored = async (): Promise<boolean> => {
    assert.ok(worker.running(), worker.output().slice(-2000));
    const url = /(http:\S+\/metrics)/.exec(worker.output())?.[1];
    const text = url === undefined ? '' : await fetch(url).then((answer) => answer.text());
    return /^rollguard_worker_stored_total\{topic="rollguard.device-events"\} [1-9]/m.test(text);
  };
  await waitFor(stored, { timeoutMs: 60_000, what: 'the new worker to store something' });
}

test('workers that join, leave and die under load lose and double nothing', { skip: skipped('cluster') }, async () => {
  const site = await createSite('cluster');
  try {
    await site.start();
    const fleets = [aFleet(site, 6000, 21, 'com.example.crowd')];
    const first = site.current('worker');
    await shares(first);
    const second = site.run('worker');
    await shares(second);
    await first.stop();
    const third = site.run('worker');
    fleets.push(aFleet(site, 1500, 22, 'com.example.later'));
    await shares(third);
    await second.kill();
    const fourth = site.run('worker');
    fleets.push(aFleet(site, 1500, 23, 'com.example.last'));
    await shares(fourth);
    const ledgers = await Promise.all(fleets.map((fleet) => fleet.ended));
    assert.deepEqual(await differences(site, ...ledgers), []);
    assert.ok(third.running() && fourth.running());
  } finally {
    await site.close();
  }
});
