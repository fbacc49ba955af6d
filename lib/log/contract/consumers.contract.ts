import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '../../runtime/errors.ts';
import { Recorder } from './recorder.ts';
import { aRecord, eventually, refusal, type Scene } from './scene.ts';

/** Consumer groups: records, positions, partitions that change hands. */
export function describeConsumers(scene: Scene): void {
  test('a consumer gets every record once and in order, and comes to every partition without records', async () => {
    const topic = await scene.made();
    const sent = Array.from({ length: 300 }, (_, i) => aRecord(`k${i % 2}`, String(i)));
    await scene.log.append(topic, sent.slice(0, 150));
    const recorder = new Recorder();
    const consumer = await scene.log.consume(recorder.options('group-a', topic));
    await eventually(() => recorder.values().length >= 150, 'the records from before');
    await scene.log.append(topic, sent.slice(150));
    await eventually(() => recorder.values().length >= 300, 'the records appended meanwhile');
    await eventually(() => recorder.idles.size === 4, 'idle calls on all four partitions');
    assert.deepEqual(consumer.owned(), [0, 1, 2, 3]);
    assert.ok(Date.now() - consumer.lastActivity() < 10_000);
    assert.deepEqual(recorder.started.map(({ partition }) => partition).sort(), [0, 1, 2, 3]);
    for (const { committed } of recorder.started) assert.equal(committed, null);
    for (const key of ['k0', 'k1']) {
      const wanted = sent.filter((record) => record.key.toString() === key).map((record) => record.value!.toString());
      assert.deepEqual(recorder.values(key), wanted);
    }
    assert.equal(recorder.overlaps, 0);
    await consumer.stop();
    await consumer.ended;
    assert.equal(recorder.closed, 4);
    assert.deepEqual(consumer.owned(), []);
  });

  test('position and metadata come back after a restart, and start() says where to read', async () => {
    const topic = await scene.made({ partitions: 1 });
    const places = await scene.log.append(
      topic,
      Array.from({ length: 6 }, (_, i) => aRecord('k', String(i))),
    );
    const first = new Recorder();
    first.onRecords = async (assignment, records) => {
      assert.ok(assignment.owned());
      await assignment.commit(records[0]!.offset, JSON.stringify({ last: 4, note: 'é' }));
    };
    const one = await scene.log.consume(first.options('group-b', topic));
    await eventually(() => first.values().length === 6, 'six records');
    await one.stop();
    const metadata = JSON.stringify({ last: 4, note: 'é' });
    assert.deepEqual((await scene.log.committed('group-b', topic)).get(0), { position: places[0]!.offset, metadata });
    await scene.reopen();

    const second = new Recorder();
    second.startAt = () => places[4]!.offset;
    const two = await scene.log.consume(second.options('group-b', topic));
    await eventually(() => second.values().length === 2, 'the records from the fifth on');
    assert.deepEqual(second.values(), ['4', '5']);
    assert.deepEqual(second.started[0]!.committed, { position: places[0]!.offset, metadata });
    assert.deepEqual(second.started[0]!.range, {
      partition: 0,
      first: places[0]!.offset,
      end: places[5]!.offset + 1,
    });
    await two.stop();
    assert.deepEqual(await scene.log.committed('another group', topic), new Map());
  });

  test('a commit from an idle call counts, though no record ever came', async () => {
    const topic = await scene.made({ partitions: 1 });
    const recorder = new Recorder();
    recorder.onIdle = (assignment) => assignment.commit(0, 'recovered');
    const consumer = await scene.log.consume(recorder.options('group-c', topic));
    await eventually(async () => (await scene.log.committed('group-c', topic)).get(0), 'the commit');
    await consumer.stop();
    assert.deepEqual((await scene.log.committed('group-c', topic)).get(0), { position: 0, metadata: 'recovered' });
  });

  test('a consumer that stops in order may commit once more', async () => {
    const topic = await scene.made({ partitions: 1 });
    const recorder = new Recorder();
    recorder.onIdle = (assignment) => assignment.commit(1, '');
    const consumer = await scene.log.consume({ ...recorder.options('group-s', topic), idleMs: 3_600_000 });
    await scene.log.append(topic, [aRecord('k', 'v')]);
    await eventually(() => recorder.values().length === 1, 'the record');
    assert.equal(recorder.idles.size, 0);
    await consumer.stop();
    assert.deepEqual((await scene.log.committed('group-s', topic)).get(0), { position: 1, metadata: '' });
  });

  test('a position beyond the end of the log ends the consumer', async () => {
    const topic = await scene.made({ partitions: 1 });
    const recorder = new Recorder();
    recorder.startAt = () => 1_000;
    const consumer = await scene.log.consume(recorder.options('group-d', topic));
    await assert.rejects(consumer.ended, refusal('log_position_beyond_end'));
    await consumer.stop();
  });

  test('an error of a handler ends the consumer with it', async () => {
    const topic = await scene.made({ partitions: 1 });
    const recorder = new Recorder();
    recorder.onRecords = () => Promise.reject(new Error('the handler is broken'));
    const consumer = await scene.log.consume(recorder.options('group-e', topic));
    await scene.log.append(topic, [aRecord('k', 'v')]);
    await assert.rejects(consumer.ended, /the handler is broken/);
    assert.equal(recorder.closed, 1);
    await consumer.stop();
  });

  test('two consumers share the partitions, and one takes over what the other leaves', async () => {
    const topic = await scene.made();
    const keys = Array.from({ length: 40 }, (_, i) => `device-${i}`);
    const seen = new Map<string, number>();
    const recorders = [new Recorder(), new Recorder()];
    for (const recorder of recorders) {
      recorder.onRecords = async (assignment, records) => {
        await assignment.commit(records[records.length - 1]!.offset + 1, '');
        for (const record of records) {
          const value = record.value!.toString();
          seen.set(value, (seen.get(value) ?? 0) + 1);
        }
      };
    }
    const first = await scene.log.consume(recorders[0]!.options('group-f', topic));
    await eventually(() => first.owned().length === 4, 'all partitions with the first');
    await scene.log.append(
      topic,
      keys.map((key) => aRecord(key, `${key} one`)),
    );
    await eventually(() => seen.size === 40, 'the first round');

    const second = await scene.log.consume(recorders[1]!.options('group-f', topic));
    await eventually(() => first.owned().length === 2 && second.owned().length === 2, 'two partitions each');
    assert.deepEqual([...first.owned(), ...second.owned()].sort(), [0, 1, 2, 3]);
    await scene.log.append(
      topic,
      keys.map((key) => aRecord(key, `${key} two`)),
    );
    await eventually(() => seen.size === 80, 'the second round');
    assert.ok(recorders[1]!.values().length > 0);

    await first.stop();
    await eventually(() => second.owned().length === 4, 'all partitions with the second');
    await scene.log.append(
      topic,
      keys.map((key) => aRecord(key, `${key} three`)),
    );
    await eventually(() => seen.size === 120, 'the third round');
    await second.stop();
    assert.deepEqual([...seen.values()], new Array(120).fill(1));
  });

  test('who has lost a partition cannot commit, and the new owner reads from before', async () => {
    const topic = await scene.made({ partitions: 2 });
    await scene.log.append(
      topic,
      Array.from({ length: 20 }, (_, i) => aRecord(`k${i}`, String(i))),
    );
    const slow = new Recorder();
    let release!: () => void;
    const released = new Promise<void>((resolve) => (release = resolve));
    const outcomes: string[] = [];
    slow.onRecords = async (assignment, records) => {
      await released;
      const mine = assignment.owned();
      const end = records[records.length - 1]!.offset + 1;
      try {
        await assignment.commit(end, 'stale');
        outcomes.push(mine ? 'committed' : 'committed without owning');
      } catch (error) {
        outcomes.push(hasCode(error, 'log_not_owner') ? 'refused' : String(error));
        throw error;
      }
    };
    const first = await scene.log.consume(slow.options('group-g', topic));
    await eventually(() => slow.values().length === 20, 'both partitions in a slow call');
    const quick = new Recorder();
    const second = await scene.log.consume(quick.options('group-g', topic));
    await eventually(() => quick.started.length > 0 && quick.values().length > 0, 'the new owner');
    release();
    await eventually(() => outcomes.length >= 2, 'both slow calls to end');
    const moved = second.owned()[0]!;
    assert.equal((await scene.log.committed('group-g', topic)).get(moved), undefined);
    assert.ok(outcomes.includes('refused'), outcomes.join());
    assert.ok(!outcomes.includes('committed without owning'), outcomes.join());
    assert.equal(quick.started.find(({ partition }) => partition === moved)!.committed, null);
    await Promise.all([first.stop(), second.stop()]);
    await first.ended;
  });

  test('a slow partition does not stop the others', async () => {
    const topic = await scene.made({ partitions: 2 });
    const recorder = new Recorder();
    let release!: () => void;
    const released = new Promise<void>((resolve) => (release = resolve));
    const keys: string[] = [];
    for (let i = 0; keys.length < 2; i += 1) {
      if ((await scene.log.partitionOf(topic, Buffer.from(`k${i}`))) === keys.length) keys.push(`k${i}`);
    }
    recorder.onRecords = (assignment) => (assignment.partition === 0 ? released : Promise.resolve());
    const consumer = await scene.log.consume(recorder.options('group-h', topic));
    await scene.log.append(topic, [aRecord(keys[0]!, 'slow')]);
    await eventually(() => recorder.values().length === 1, 'the slow call');
    for (let i = 0; i < 5; i += 1) {
      await scene.log.append(topic, [aRecord(keys[1]!, `quick ${i}`)]);
      await eventually(() => recorder.values().includes(`quick ${i}`), `record ${i} of the other partition`);
    }
    release();
    await consumer.stop();
  });
}
