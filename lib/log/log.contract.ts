import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { waitFor } from '../../test/waitFor.ts';
import { hasCode } from '../runtime/errors.ts';
import type { ErrorCode } from '../runtime/errors.ts';
import { Recorder } from './contract/recorder.ts';
import type { Log, LogRecord, NewRecord, TopicSpec } from './log.ts';
import { MAX_RECORD_BYTES } from './recordSize.ts';

/** A log to test, by adapter. One of its logs is open at a time, as LMDB wants it. */
export interface LogWorld {
  open(): Promise<Log>;
  /** Makes a closed log's topics vanish, as an operator would. */
  dropTopics(names: string[]): Promise<void>;
  /** Makes the open log fail from here on. The last thing a test does with it. */
  takeAway(log: Log): Promise<void>;
  bringBack(): Promise<void>;
}

/** Waits for the condition; half a minute leaves room for a rebalance on a busy machine. */
async function eventually<T>(condition: () => T | Promise<T>, what: string): Promise<NonNullable<T>> {
  return waitFor(condition, { timeoutMs: 30_000, what });
}

const DAY = 86_400_000;
let topics = 0;

/** A topic of its own for each test, so that tests on one broker do not meet. */
export function aTopic(overrides: Partial<TopicSpec> = {}): TopicSpec {
  topics += 1;
  const name = `contract.${process.pid}-${topics}`;
  return { name, partitions: 4, compacted: false, retentionMs: DAY, ...overrides };
}

export function aRecord(key: string, value: string | null, headers?: Record<string, string>): NewRecord {
  const record = { key: Buffer.from(key), value: value === null ? null : Buffer.from(value) };
  return headers ? { ...record, headers } : record;
}

export function refusal(code: ErrorCode): (error: unknown) => boolean {
  return (error) => {
    assert.ok(hasCode(error, code), `expected ${code}, got ${String(error)}`);
    return true;
  };
}

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

    test('a consumer gets every record once and in order, and comes to every partition without records', async () => {
      const topic = await made();
      const sent = Array.from({ length: 300 }, (_, i) => aRecord(`k${i % 2}`, String(i)));
      await log.append(topic, sent.slice(0, 150));
      const recorder = new Recorder();
      const consumer = await log.consume(recorder.options('group-a', topic));
      await eventually(() => recorder.values().length >= 150, 'the records from before');
      await log.append(topic, sent.slice(150));
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
      const topic = await made({ partitions: 1 });
      const places = await log.append(
        topic,
        Array.from({ length: 6 }, (_, i) => aRecord('k', String(i))),
      );
      const first = new Recorder();
      first.onRecords = async (assignment, records) => {
        assert.ok(assignment.owned());
        await assignment.commit(records[0]!.offset, JSON.stringify({ last: 4, note: 'é' }));
      };
      const one = await log.consume(first.options('group-b', topic));
      await eventually(() => first.values().length === 6, 'six records');
      await one.stop();
      const metadata = JSON.stringify({ last: 4, note: 'é' });
      assert.deepEqual((await log.committed('group-b', topic)).get(0), { position: places[0]!.offset, metadata });
      await reopen();

      const second = new Recorder();
      second.startAt = () => places[4]!.offset;
      const two = await log.consume(second.options('group-b', topic));
      await eventually(() => second.values().length === 2, 'the records from the fifth on');
      assert.deepEqual(second.values(), ['4', '5']);
      assert.deepEqual(second.started[0]!.committed, { position: places[0]!.offset, metadata });
      assert.deepEqual(second.started[0]!.range, {
        partition: 0,
        first: places[0]!.offset,
        end: places[5]!.offset + 1,
      });
      await two.stop();
      assert.deepEqual(await log.committed('another group', topic), new Map());
    });

    test('a commit from an idle call counts, though no record ever came', async () => {
      const topic = await made({ partitions: 1 });
      const recorder = new Recorder();
      recorder.onIdle = (assignment) => assignment.commit(0, 'recovered');
      const consumer = await log.consume(recorder.options('group-c', topic));
      await eventually(async () => (await log.committed('group-c', topic)).get(0), 'the commit');
      await consumer.stop();
      assert.deepEqual((await log.committed('group-c', topic)).get(0), { position: 0, metadata: 'recovered' });
    });

    test('a consumer that stops in order may commit once more', async () => {
      const topic = await made({ partitions: 1 });
      const recorder = new Recorder();
      recorder.onIdle = (assignment) => assignment.commit(1, '');
      const consumer = await log.consume({ ...recorder.options('group-s', topic), idleMs: 3_600_000 });
      await log.append(topic, [aRecord('k', 'v')]);
      await eventually(() => recorder.values().length === 1, 'the record');
      assert.equal(recorder.idles.size, 0);
      await consumer.stop();
      assert.deepEqual((await log.committed('group-s', topic)).get(0), { position: 1, metadata: '' });
    });

    test('a position beyond the end of the log ends the consumer', async () => {
      const topic = await made({ partitions: 1 });
      const recorder = new Recorder();
      recorder.startAt = () => 1_000;
      const consumer = await log.consume(recorder.options('group-d', topic));
      await assert.rejects(consumer.ended, refusal('log_position_beyond_end'));
      await consumer.stop();
    });

    test('an error of a handler ends the consumer with it', async () => {
      const topic = await made({ partitions: 1 });
      const recorder = new Recorder();
      recorder.onRecords = () => Promise.reject(new Error('the handler is broken'));
      const consumer = await log.consume(recorder.options('group-e', topic));
      await log.append(topic, [aRecord('k', 'v')]);
      await assert.rejects(consumer.ended, /the handler is broken/);
      assert.equal(recorder.closed, 1);
      await consumer.stop();
    });

    test('two consumers share the partitions, and one takes over what the other leaves', async () => {
      const topic = await made();
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
      const first = await log.consume(recorders[0]!.options('group-f', topic));
      await eventually(() => first.owned().length === 4, 'all partitions with the first');
      await log.append(
        topic,
        keys.map((key) => aRecord(key, `${key} one`)),
      );
      await eventually(() => seen.size === 40, 'the first round');

      const second = await log.consume(recorders[1]!.options('group-f', topic));
      await eventually(() => first.owned().length === 2 && second.owned().length === 2, 'two partitions each');
      assert.deepEqual([...first.owned(), ...second.owned()].sort(), [0, 1, 2, 3]);
      await log.append(
        topic,
        keys.map((key) => aRecord(key, `${key} two`)),
      );
      await eventually(() => seen.size === 80, 'the second round');
      assert.ok(recorders[1]!.values().length > 0);

      await first.stop();
      await eventually(() => second.owned().length === 4, 'all partitions with the second');
      await log.append(
        topic,
        keys.map((key) => aRecord(key, `${key} three`)),
      );
      await eventually(() => seen.size === 120, 'the third round');
      await second.stop();
      assert.deepEqual([...seen.values()], new Array(120).fill(1));
    });

    test('who has lost a partition cannot commit, and the new owner reads from before', async () => {
      const topic = await made({ partitions: 2 });
      await log.append(
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
      const first = await log.consume(slow.options('group-g', topic));
      await eventually(() => slow.values().length === 20, 'both partitions in a slow call');
      const quick = new Recorder();
      const second = await log.consume(quick.options('group-g', topic));
      await eventually(() => quick.started.length > 0 && quick.values().length > 0, 'the new owner');
      release();
      await eventually(() => outcomes.length >= 2, 'both slow calls to end');
      const moved = second.owned()[0]!;
      assert.equal((await log.committed('group-g', topic)).get(moved), undefined);
      assert.ok(outcomes.includes('refused'), outcomes.join());
      assert.ok(!outcomes.includes('committed without owning'), outcomes.join());
      assert.equal(quick.started.find(({ partition }) => partition === moved)!.committed, null);
      await Promise.all([first.stop(), second.stop()]);
      await first.ended;
    });

    test('a slow partition does not stop the others', async () => {
      const topic = await made({ partitions: 2 });
      const recorder = new Recorder();
      let release!: () => void;
      const released = new Promise<void>((resolve) => (release = resolve));
      const keys: string[] = [];
      for (let i = 0; keys.length < 2; i += 1) {
        if ((await log.partitionOf(topic, Buffer.from(`k${i}`))) === keys.length) keys.push(`k${i}`);
      }
      recorder.onRecords = (assignment) => (assignment.partition === 0 ? released : Promise.resolve());
      const consumer = await log.consume(recorder.options('group-h', topic));
      await log.append(topic, [aRecord(keys[0]!, 'slow')]);
      await eventually(() => recorder.values().length === 1, 'the slow call');
      for (let i = 0; i < 5; i += 1) {
        await log.append(topic, [aRecord(keys[1]!, `quick ${i}`)]);
        await eventually(() => recorder.values().includes(`quick ${i}`), `record ${i} of the other partition`);
      }
      release();
      await consumer.stop();
    });

    test('a compacted topic as a table: to its end, then changes and deletions', async () => {
      const topic = await made({ partitions: 1, compacted: true });
      await log.append(topic, [
        aRecord('a', '1'),
        aRecord('b', '1'),
        aRecord('a', '2'),
        aRecord('c', '1'),
        aRecord('c', null),
      ]);
      const table = await log.table(topic);
      const content = (): Record<string, string> =>
        Object.fromEntries([...table.entries()].map(([key, value]) => [key, value.toString()]));
      assert.deepEqual(content(), { a: '2', b: '1' });
      const changes: [string, string | undefined][] = [];
      const stop = table.onChange((key, value) => changes.push([key, value?.toString()]));
      await log.append(topic, [aRecord('b', '2'), aRecord('a', null)]);
      await table.refresh();
      assert.deepEqual(content(), { b: '2' });
      assert.equal(table.get('a'), undefined);
      assert.deepEqual(changes, [
        ['b', '2'],
        ['a', undefined],
      ]);
      stop();
      await log.append(topic, [aRecord('d', '1')]);
      await eventually(() => table.get('d'), 'a change without asking');
      assert.equal(changes.length, 2);
      assert.ok(table.healthy());
      await table.close();
      await reopen();
      const again = await log.table(topic);
      assert.deepEqual([...again.entries()].map(([key, value]) => [key, value.toString()]).sort(), [
        ['b', '2'],
        ['d', '1'],
      ]);
      await again.close();
    });

    test('a step appends and commits together, and a fenced writer leaves no trace', async () => {
      const input = await made({ partitions: 1 });
      const output = await made({ partitions: 1 });
      const state = await made({ partitions: 1, compacted: true });
      await log.append(input, [aRecord('k', 'command'), aRecord('k', 'command')]);
      const step = (value: string, position: number): Parameters<typeof writer.step>[0] => ({
        appends: [
          { topic: output, records: [aRecord('k', value), aRecord('k', `${value}!`)] },
          { topic: state, records: [aRecord('rollout', value)] },
        ],
        commit: { group: 'group-i', topic: input, partition: 0, position, metadata: `after ${value}` },
      });
      const writer = await log.fencedWriter(`writer-${input}`);
      await writer.step(step('one', 1));
      const table = await log.table(state);
      assert.deepEqual((await log.committed('group-i', input)).get(0), { position: 1, metadata: 'after one' });
      assert.equal(table.get('rollout')?.toString(), 'one');

      const successor = await log.fencedWriter(`writer-${input}`);
      await assert.rejects(writer.step(step('stale', 99)), refusal('log_fenced'));
      await successor.step(step('two', 2));
      await assert.rejects(writer.step(step('stale', 99)), refusal('log_fenced'));
      await table.refresh();
      assert.equal(table.get('rollout')?.toString(), 'two');
      assert.deepEqual((await log.committed('group-i', input)).get(0), { position: 2, metadata: 'after two' });
      const values = (await readAll(output, 0)).map((record) => record.value!.toString());
      assert.deepEqual(values, ['one', 'one!', 'two', 'two!']);
      const recorder = new Recorder();
      const consumer = await log.consume(recorder.options('group-j', output));
      await eventually(() => recorder.values().length >= 4, 'what the steps appended');
      assert.deepEqual(recorder.values(), ['one', 'one!', 'two', 'two!']);
      await Promise.all([consumer.stop(), table.close(), writer.close(), successor.close()]);
    });

    test('a step with one bad part does nothing at all', async () => {
      const topic = await made({ partitions: 1 });
      const writer = await log.fencedWriter(`writer-${topic}`);
      const tooLarge = aRecord('k', 'x'.repeat(MAX_RECORD_BYTES));
      const commit = { group: 'group-k', topic, partition: 0, position: 0, metadata: '' };
      await assert.rejects(
        writer.step({ appends: [{ topic, records: [aRecord('k', 'good'), tooLarge] }], commit }),
        refusal('log_record_too_large'),
      );
      assert.deepEqual(await readAll(topic, 0), []);
      assert.equal((await log.committed('group-k', topic)).size, 0);
      await writer.step({ appends: [{ topic, records: [aRecord('k', 'good')] }], commit });
      assert.equal((await readAll(topic, 0)).length, 1);
      await writer.close();
    });

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
