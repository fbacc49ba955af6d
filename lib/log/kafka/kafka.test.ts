import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Kafka, logLevel } from 'kafkajs';
import { brokerMissing, startBroker } from '../../../test/broker.ts';
import type { TestBroker } from '../../../test/broker.ts';
import { waitFor } from '../../../test/waitFor.ts';
import { aRecord, aTopic, refusal } from '../contract/scene.ts';
import { describeLog } from '../log.contract.ts';
import { KafkaLog } from './kafkaLog.ts';

const skip = brokerMissing();
let broker: TestBroker;

function aLog(): KafkaLog {
  return new KafkaLog({ brokers: [broker.brokers], appendTimeoutMs: 3_000 });
}

before(async () => {
  if (skip === undefined) broker = await startBroker();
});
after(async () => {
  if (skip === undefined) await broker.stop();
});

async function dropTopics(names: string[]): Promise<void> {
  const admin = new Kafka({ brokers: [broker.brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.deleteTopics({ topics: names });
  const gone = async (): Promise<boolean> => !(await admin.listTopics()).some((topic) => names.includes(topic));
  await waitFor(gone, { timeoutMs: 10_000, what: 'the topics to vanish' });
  await admin.disconnect();
}

describeLog('Kafka', skip, () =>
  Promise.resolve({
    open: () => Promise.resolve(aLog()),
    dropTopics,
    takeAway: () => broker.kill(),
    bringBack: () => broker.restart(),
  }),
);

test(
  'an append fails in bounded time without a broker, and the same log goes on after its return',
  { skip: skip ?? false },
  async () => {
    const log = aLog();
    const spec = aTopic({ partitions: 2 });
    await log.migrate([spec]);
    await log.append(spec.name, [aRecord('k', 'before')]);
    await broker.kill();
    const began = Date.now();
    await assert.rejects(log.append(spec.name, [aRecord('k', 'lost')]), refusal('log_unavailable'));
    assert.ok(Date.now() - began < 10_000, 'the gateway must be able to turn to its spool');
    await broker.restart();
    await waitFor(
      () =>
        log.append(spec.name, [aRecord('k', 'after')]).then(
          () => true,
          () => false,
        ),
      {
        timeoutMs: 30_000,
        what: 'an append after the return',
      },
    );
    const partition = await log.partitionOf(spec.name, Buffer.from('k'));
    const values: string[] = [];
    for await (const records of log.read(spec.name, partition, 0, 1_000)) {
      for (const record of records) values.push(record.value!.toString());
    }
    assert.equal(values[0], 'before');
    assert.equal(values.at(-1), 'after');
    await log.close();
  },
);
