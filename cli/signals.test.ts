import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { endingSignals } from './signals.ts';

test('one Ctrl-C that arrives twice is one signal', () => {
  const source = new EventEmitter();
  const heard: string[] = [];
  const signals = endingSignals(source);
  for (const name of ['SIGINT', 'SIGTERM']) signals.on(name, () => heard.push(name));
  source.emit('SIGINT');
  source.emit('SIGINT');
  assert.deepEqual(heard, ['SIGINT']);
});

test('a later one is a second signal', (t) => {
  const source = new EventEmitter();
  let heard = 0;
  let now = 5000;
  t.mock.method(performance, 'now', () => now);
  endingSignals(source).on('SIGTERM', () => (heard += 1));
  source.emit('SIGTERM');
  now += 1000;
  source.emit('SIGTERM');
  assert.equal(heard, 2);
});
