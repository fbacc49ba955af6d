import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { describeConsumers } from './contract/consumers.contract.ts';
import { aRecord, aTopic, refusal, type LogWorld, type Scene } from './contract/scene.ts';
import { describeTables } from './contract/tables.contract.ts';
import type { Log, LogRecord, TopicSpec } from './log.ts';
import { MAX_RECORD_BYTES } from './recordSize.ts';

/** What every log must do, whatever lies behind it. */
export function describeLog(name: string, skip: string | undefined, makeWorld: () => Promise<LogWorld>): void {
  describe(`${name} keeps the contract of the log`, { skip: skip ?? false }, () => {
    let world: LogWorld;
    let log: Log;

    const reopen = async (): Promise<void> => {
      await log.close();
      log = await world.open();
    };
    const made = async (overrides: Partial<TopicSpec> = {}): Promise<string> => {
      const spec = aTopic(overrides);
      await log.migrate([spec]);
      return spec.name;
    };
    const readAll = async (topic: string, partition: number, from = 0, to = 1e9): Promise<LogRecord[]> => {
      const all: LogRecord[] = [];
      for await (const records of log.read(topic, partition, from, to)) for (const record of records) all.push(record);
      return all;
    };

    const scene: Scene = {
      get log() {
        return log;
      },
      reopen,
      made,
      readAll,
    };

    before(async () => {
      world = await makeWorld();
      log = await world.open();
    });
    after(() => log.close());

    test('before migrate there is no id and no topic', async () => {
      await assert.rejects(log.append(aTopic().name, [aRecord('k', 'v')]), refusal('log_not_migrated'));
      await assert.rejects(log.ranges(aTopic().name), refusal('log_not_migrated'));
    });

    test('each record lies at the place append names, in the order of its key', async () => {
      const topic = await made();
      const sent = Array.from({ length: 200 }, (_, i) => aRecord(`key-${i % 17}`, `value-${i}`, { n: String(i) }));
      const calls = await Promise.all([0, 50, 100, 150].map((at) => log.append(topic, sent.slice(at, at + 50))));
      const places = calls.flat();
      assert.equal(new Set(places.map((place) => `${place.partition}/${place.offset}`)).size, sent.length);
      const partitions = await Promise.all((await log.ranges(topic)).map((range) => readAll(topic, range.partition)));
      for (const [i, place] of places.entries()) {
        assert.equal(place.partition, await log.partitionOf(topic, sent[i]!.key));
        const stored = partitions[place.partition]!.find((record) => record.offset === place.offset);
        assert.ok(stored, `record ${i} at ${place.partition}/${place.offset}`);
        assert.deepEqual(stored.key, sent[i]!.key);
        assert.deepEqual(stored.value, sent[i]!.value);
        assert.deepEqual({ ...stored.headers }, sent[i]!.headers);
        assert.ok(Math.abs(Date.now() - stored.timestamp) < 60_000);
      }
      for (const records of partitions) {
        const numbers = new Map<string, number>();
        for (const record of records) {
          const number = Number(record.headers.n);
          const key = record.key!.toString();
          assert.ok((numbers.get(key) ?? -1) < number, `${key} in order`);
          numbers.set(key, number);
        }
      }
    });

    test('what was acked is there after the log was closed and opened again', async () => {
      const topic = await made({ partitions: 1 });
      const [first] = await log.append(topic, [aRecord('k', 'before')]);
      await reopen();
      const [second] = await log.append(topic, [aRecord('k', 'after')]);
      assert.ok(second!.offset > first!.offset);
      const values = (await readAll(topic, 0)).map((record) => record.value!.toString());
      assert.deepEqual(values, ['before', 'after']);
    });

    test('a read gives the records of a range, both ends included, and no others', async () => {
      const topic = await made({ partitions: 1 });
      const places = await log.append(
        topic,
        Array.from({ length: 10 }, (_, i) => aRecord('k', String(i))),
      );
      const from = places[3]!.offset;
      const to = places[6]!.offset;
      assert.deepEqual(
        (await readAll(topic, 0, from, to)).map((record) => record.value!.toString()),
        ['3', '4', '5', '6'],
      );
      assert.deepEqual(await readAll(topic, 0, places[9]!.offset + 1, places[9]!.offset + 500), []);
      const [range] = await log.ranges(topic);
      assert.deepEqual(range, { partition: 0, first: places[0]!.offset, end: places[9]!.offset + 1 });
    });

    test('a record of 1 MiB passes, one above the limit is refused before anything is written', async () => {
      const topic = await made({ partitions: 1 });
      await log.append(topic, [aRecord('k', 'x'.repeat(1024 * 1024))]);
      const tooLarge = aRecord('k', 'x'.repeat(MAX_RECORD_BYTES));
      await assert.rejects(log.append(topic, [aRecord('k', 'small'), tooLarge]), refusal('log_record_too_large'));
      const stored = await readAll(topic, 0);
      assert.deepEqual(
        stored.map((record) => record.value!.length),
        [1024 * 1024],
      );
    });

    test('an append much larger than one request keeps places and order', async () => {
      const topic = await made({ partitions: 2 });
      const sent = Array.from({ length: 9_000 }, (_, i) => aRecord(`k${i % 5}`, `${i}`.padEnd(600, '.')));
      const places = await log.append(topic, sent);
      const stored = await Promise.all([readAll(topic, 0), readAll(topic, 1)]);
      const byPlace = stored.map((records) => new Map(records.map((record) => [record.offset, record])));
      places.forEach((place, i) =>
        assert.deepEqual(byPlace[place.partition]!.get(place.offset)?.value, sent[i]!.value),
      );
    });

    describeConsumers(scene);
    describeTables(scene);

    test('the id stays over a restart and a second migrate, and changes with a recreated topic', async () => {
      const spec = aTopic();
      const ids = await Promise.all([log.migrate([spec]), log.migrate([spec])]);
      assert.match(ids[0], /^[0-9a-f]{16}$/);
      assert.equal(ids[1], ids[0]);
      assert.equal(await log.id(), ids[0]);
      await reopen();
      assert.equal(await log.id(), ids[0]);
      assert.equal(await log.migrate([spec, aTopic()]), ids[0], 'a further topic changes nothing');
      await log.close();
      await world.dropTopics([spec.name]);
      log = await world.open();
      const next = await log.migrate([spec]);
      assert.notEqual(next, ids[0]);
      assert.equal(await log.id(), next);
    });

    test('a new id can be asked for, and stays', async () => {
      const spec = aTopic();
      const before = await log.migrate([spec]);
      const next = await log.renewId();
      assert.notEqual(next, before);
      await reopen();
      assert.equal(await log.id(), next);
      assert.equal(await log.migrate([spec]), next);
    });

    test('a topic can grow but does not shrink', async () => {
      const spec = aTopic({ partitions: 2 });
      await log.migrate([spec]);
      await log.migrate([{ ...spec, partitions: 3 }]);
      assert.equal((await log.ranges(spec.name)).length, 3);
      await log.migrate([{ ...spec, partitions: 1 }]);
      assert.equal((await log.ranges(spec.name)).length, 3);
    });

    test('ping tells whether the log is there', async () => {
      await log.ping();
      const topic = await made();
      await world.takeAway(log);
      await assert.rejects(log.ping(), refusal('log_unavailable'));
      await assert.rejects(log.append(topic, [aRecord('k', 'v')]), refusal('log_unavailable'));
      await world.bringBack();
      await log.close();
      log = await world.open();
      await log.ping();
      await log.append(topic, [aRecord('k', 'v')]);
    });
  });
}
