import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Recorder } from './recorder.ts';
import { MAX_RECORD_BYTES } from '../recordSize.ts';
import { aRecord, eventually, refusal, type Scene } from './scene.ts';

/** Compacted topics in memory, and the one fenced, atomic step. */
export function describeTables(scene: Scene): void {
  test('a compacted topic as a table: to its end, then changes and deletions', async () => {
    const topic = await scene.made({ partitions: 1, compacted: true });
    await scene.log.append(topic, [
      aRecord('a', '1'),
      aRecord('b', '1'),
      aRecord('a', '2'),
      aRecord('c', '1'),
      aRecord('c', null),
    ]);
    const table = await scene.log.table(topic);
    const content = (): Record<string, string> =>
      Object.fromEntries([...table.entries()].map(([key, value]) => [key, value.toString()]));
    assert.deepEqual(content(), { a: '2', b: '1' });
    const changes: [string, string | undefined][] = [];
    const stop = table.onChange((key, value) => changes.push([key, value?.toString()]));
    await scene.log.append(topic, [aRecord('b', '2'), aRecord('a', null)]);
    await table.refresh();
    assert.deepEqual(content(), { b: '2' });
    assert.equal(table.get('a'), undefined);
    assert.deepEqual(changes, [
      ['b', '2'],
      ['a', undefined],
    ]);
    stop();
    await scene.log.append(topic, [aRecord('d', '1')]);
    await eventually(() => table.get('d'), 'a change without asking');
    assert.equal(changes.length, 2);
    assert.ok(table.healthy());
    await table.close();
    await scene.reopen();
    const again = await scene.log.table(topic);
    assert.deepEqual([...again.entries()].map(([key, value]) => [key, value.toString()]).sort(), [
      ['b', '2'],
      ['d', '1'],
    ]);
    await again.close();
  });

  test('a step appends and commits together, and a fenced writer leaves no trace', async () => {
    const input = await scene.made({ partitions: 1 });
    const output = await scene.made({ partitions: 1 });
    const state = await scene.made({ partitions: 1, compacted: true });
    await scene.log.append(input, [aRecord('k', 'command'), aRecord('k', 'command')]);
    const step = (value: string, position: number): Parameters<typeof writer.step>[0] => ({
      appends: [
        { topic: output, records: [aRecord('k', value), aRecord('k', `${value}!`)] },
        { topic: state, records: [aRecord('rollout', value)] },
      ],
      commit: { group: 'group-i', topic: input, partition: 0, position, metadata: `after ${value}` },
    });
    const writer = await scene.log.fencedWriter(`writer-${input}`);
    await writer.step(step('one', 1));
    const table = await scene.log.table(state);
    assert.deepEqual((await scene.log.committed('group-i', input)).get(0), { position: 1, metadata: 'after one' });
    assert.equal(table.get('rollout')?.toString(), 'one');

    const successor = await scene.log.fencedWriter(`writer-${input}`);
    await assert.rejects(writer.step(step('stale', 99)), refusal('log_fenced'));
    await successor.step(step('two', 2));
    await assert.rejects(writer.step(step('stale', 99)), refusal('log_fenced'));
    await table.refresh();
    assert.equal(table.get('rollout')?.toString(), 'two');
    assert.deepEqual((await scene.log.committed('group-i', input)).get(0), { position: 2, metadata: 'after two' });
    const values = (await scene.readAll(output, 0)).map((record) => record.value!.toString());
    assert.deepEqual(values, ['one', 'one!', 'two', 'two!']);
    const recorder = new Recorder();
    const consumer = await scene.log.consume(recorder.options('group-j', output));
    await eventually(() => recorder.values().length >= 4, 'what the steps appended');
    assert.deepEqual(recorder.values(), ['one', 'one!', 'two', 'two!']);
    await Promise.all([consumer.stop(), table.close(), writer.close(), successor.close()]);
  });

  test('a step with one bad part does nothing at all', async () => {
    const topic = await scene.made({ partitions: 1 });
    const writer = await scene.log.fencedWriter(`writer-${topic}`);
    const tooLarge = aRecord('k', 'x'.repeat(MAX_RECORD_BYTES));
    const commit = { group: 'group-k', topic, partition: 0, position: 0, metadata: '' };
    await assert.rejects(
      writer.step({ appends: [{ topic, records: [aRecord('k', 'good'), tooLarge] }], commit }),
      refusal('log_record_too_large'),
    );
    assert.deepEqual(await scene.readAll(topic, 0), []);
    assert.equal((await scene.log.committed('group-k', topic)).size, 0);
    await writer.step({ appends: [{ topic, records: [aRecord('k', 'good')] }], commit });
    assert.equal((await scene.readAll(topic, 0)).length, 1);
    await writer.close();
  });
}
