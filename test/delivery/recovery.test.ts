import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { TOPICS } from '../../lib/log/topics.ts';
import type { Ledger } from '../../tools/simulate/ledger.ts';
import { waitFor } from '../waitFor.ts';
import { dieAt, type Point } from './deaths.ts';
import { aFleet, differences } from './fleet.ts';
import { createSite, skipped, type Site } from './site.ts';

const killedAt: Point[] = ['after_intent', 'raw_stored_without_view', 'after_insert'];

for (const mode of ['embedded', 'cluster'] as const) {
  test(
    `${mode}: an intent too old to trust its token is compared with the stored rows`,
    { skip: skipped(mode) },
    async () => {
      const site = await createSite(mode, { ROLLGUARD_OLD_INTENT_SECONDS: '0' });
      try {
        await site.start();
        const ledgers: Ledger[] = [];
        for (const [turn, point] of killedAt.entries()) ledgers.push(...(await dieAt(site, point, turn)));
        assert.deepEqual(await differences(site, ...ledgers), []);
        assert.match(site.output(), /recovered an intent/);
        assert.match(site.output(), /were missing/);
      } finally {
        await site.close();
      }
    },
  );
}

describe('what an operator can do to a topic', { skip: skipped('cluster') }, () => {
  let site: Site;
  let admin: Admin;
  const ledgers: Ledger[] = [];
  const story = async (name: string): Promise<void> => {
    ledgers.push(await aFleet(site, 200, 30 + ledgers.length, `com.example.${name}`).ended);
  };
  /** Deleting a topic takes a broker a moment. */
  const dropEvents = async (): Promise<void> => {
    await admin.deleteTopics({ topics: [TOPICS.deviceEvents] });
    const gone = async (): Promise<boolean> => !(await admin.listTopics()).includes(TOPICS.deviceEvents);
    await waitFor(gone, { timeoutMs: 20_000, what: 'the topic to vanish' });
  };
  const recreateEvents = async (): Promise<void> => {
    await dropEvents();
    const created = async (): Promise<boolean> =>
      admin.createTopics({ topics: [{ topic: TOPICS.deviceEvents, numPartitions: 4 }], waitForLeaders: false }).then(
        () => true,
        () => false,
      );
    await waitFor(created, { timeoutMs: 20_000, what: 'the topic to be made again' });
    const led = async (): Promise<boolean> => (await admin.fetchTopicOffsets(TOPICS.deviceEvents)).length === 4;
    await waitFor(() => led().catch(() => false), { timeoutMs: 20_000, what: 'leaders of the new topic' });
  };
  const forgetPositions = async (group: string): Promise<void> => {
    // A member that was killed stays in its group until the session is over.
    const forgotten = async (): Promise<boolean> => {
      await admin.deleteGroups([group]).catch(() => undefined);
      return !(await admin.listGroups()).groups.some(({ groupId }) => groupId === group);
    };
    await waitFor(forgotten, { timeoutMs: 30_000, what: `the group ${group} to be deleted` });
  };
  const migrate = async (...flags: string[]): Promise<string> => {
    const run = site.command(['migrate', ...flags]);
    const { code } = await run.ended;
    assert.equal(code, 0, run.output());
    return run.output();
  };
  const refuses = async (code: string): Promise<void> => {
    const worker = site.run('worker');
    assert.equal((await worker.ended).code, 1, worker.output().slice(-2000));
    assert.match(worker.output(), new RegExp(code));
    assert.match(worker.output(), /--new-log/);
  };
  const haveAllStored = async (): Promise<void> => assert.deepEqual(await differences(site, ...ledgers), []);

  before(async () => {
    site = await createSite('cluster');
    await site.start();
    admin = new Kafka({ brokers: [site.brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await story('before');
    await haveAllStored();
  });
  after(async () => {
    await admin.disconnect();
    await site.close();
  });

  test('positions that Kafka has forgotten are taken from the warehouse', async () => {
    await site.kill('worker');
    for (const group of ['rollguard.worker', 'rollguard.rejected']) await forgetPositions(group);
    await story('forgotten');
    site.run('worker');
    await haveAllStored();
  });

  test('a topic that was recreated and ends below the stored offsets is refused, until the log has a new id', async () => {
    await site.kill('worker');
    await recreateEvents();
    await refuses('log_behind_warehouse');
    await migrate('--new-log');
    site.run('worker');
    await story('renewed');
    await haveAllStored();
  });

  test('a topic that was recreated and has grown past the stored offsets is refused as well', async () => {
    await site.kill('worker');
    await recreateEvents();
    await story('regrown-1');
    await story('regrown-2');
    await refuses('log_recreated');
    await migrate('--new-log');
    site.run('worker');
    await haveAllStored();
  });

  test('a topic that has vanished is made again by migrate under a new id', async () => {
    await site.kill('worker');
    const id = (text: string): string => /log id (\w+)/.exec(text)![1]!;
    const before = id(await migrate());
    await dropEvents();
    assert.notEqual(id(await migrate()), before);
    await story('made-again');
    site.run('worker');
    await haveAllStored();
  });
});
