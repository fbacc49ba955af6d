import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldIdentity, nextIdentity } from './logId.ts';
import type { IdentityRecord } from './logId.ts';

const none: ReadonlySet<string> = new Set();

test('the first of two that begin at the same time wins', () => {
  const one = nextIdentity(undefined, ['a'], none)!;
  const two = nextIdentity(undefined, ['a'], none)!;
  assert.match(one.id, /^[0-9a-f]{16}$/);
  assert.notEqual(one.id, two.id);
  assert.equal(foldIdentity([one, two])?.id, one.id);
  assert.equal(foldIdentity([two, one])?.id, two.id);
  assert.equal(foldIdentity([]), undefined);
});

test('nothing changes when nothing is missing, and a further topic keeps the id', () => {
  const first = nextIdentity(undefined, ['a', 'b'], none)!;
  const identity = foldIdentity([first])!;
  assert.equal(nextIdentity(identity, ['b', 'a'], new Set(['a', 'b'])), undefined);
  const more = nextIdentity(identity, ['c'], new Set(['a', 'b']))!;
  assert.deepEqual(foldIdentity([first, more]), { id: first.id, topics: ['a', 'b', 'c'] });
});

test('a topic that was there and is missing gives the log a new id, once', () => {
  const first = nextIdentity(undefined, ['a', 'b'], none)!;
  const identity = foldIdentity([first])!;
  const records: IdentityRecord[] = [first];
  records.push(nextIdentity(identity, ['a', 'b'], new Set(['b']))!, nextIdentity(identity, ['a'], new Set(['b']))!);
  const next = foldIdentity(records)!;
  assert.notEqual(next.id, first.id);
  assert.equal(next.id, records[1]!.id);
  assert.deepEqual(next.topics, ['a', 'b']);
});
