import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AppendQueue } from './appendQueue.ts';
import type { Slice } from './appendQueue.ts';
import type { NewRecord, Place } from './log.ts';

function records(label: string, sizes: number[]): NewRecord[] {
  return sizes.map((size, i) => ({ key: Buffer.from(`${label}-${i}`), value: Buffer.alloc(size) }));
}

test('every record is flushed once, in order, within the limits, and its place comes back', async () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 150 }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(fc.array(sizes, { maxLength: 8 }), async (calls) => {
      const stored: string[] = [];
      let inFlight = 0;
      const queue = new AppendQueue({ bytes: 200, records: 5 }, async (slices: Slice[]) => {
        inFlight += 1;
        assert.equal(inFlight, 1);
        const all = slices.flatMap((slice) => slice.records);
        const bytes = all.reduce((sum, record) => sum + record.key.length + record.value!.length, 0);
        assert.ok(all.length >= 1 && all.length <= 5 && (bytes <= 200 || all.length === 1));
        await new Promise((resolve) => setImmediate(resolve));
        inFlight -= 1;
        return slices.map((slice) =>
          slice.records.map((record): Place => {
            stored.push(record.key.toString());
            return { partition: 0, offset: stored.length - 1 };
          }),
        );
      });
      const places = await Promise.all(calls.map((call, i) => queue.append('t', records(String(i), call))));
      places.forEach((list, i) => {
        assert.deepEqual(
          list.map((place) => stored[place.offset]),
          calls[i]!.map((_, j) => `${i}-${j}`),
        );
        assert.ok(list.every((place, j) => j === 0 || place.offset > list[j - 1]!.offset));
      });
      assert.equal(stored.length, calls.flat().length);
    }),
  );
});

test('a failed flush fails the appends that had a part in it, and no others', async () => {
  let flushes = 0;
  const queue = new AppendQueue({ bytes: 1_000, records: 2 }, (slices) => {
    flushes += 1;
    if (flushes === 2) return Promise.reject(new Error('the disk is away'));
    return Promise.resolve(slices.map((slice) => slice.records.map((_, offset) => ({ partition: 0, offset }))));
  });
  const long = queue.append('t', records('long', [1, 1, 1, 1, 1]));
  const after = queue.append('t', records('after', [1]));
  await assert.rejects(long, /the disk is away/);
  assert.equal((await after).length, 1);
  await queue.drained();
  assert.equal(flushes, 3);
});
