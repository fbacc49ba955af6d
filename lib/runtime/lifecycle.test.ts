import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { runProcess } from './lifecycle.ts';
import type { Lifecycle } from './lifecycle.ts';
import { createLogger } from './logger.ts';

const logger = createLogger('silent', 'test');

function options(signals: EventEmitter, shutdownMs = 10_000) {
  return { logger, shutdownMs, signals };
}

/** Two parts that note what happens to them. */
function twoParts(notes: string[], then?: (lifecycle: Lifecycle) => void) {
  return (lifecycle: Lifecycle): Promise<void> => {
    for (const name of ['log', 'gateway']) {
      notes.push(`start ${name}`);
      lifecycle.onStop(name, () => void notes.push(`stop ${name}`));
    }
    then?.(lifecycle);
    return Promise.resolve();
  };
}

test('a signal stops the parts in reverse', async () => {
  const signals = new EventEmitter();
  const notes: string[] = [];
  const code = await runProcess(
    twoParts(notes, () => setImmediate(() => signals.emit('SIGTERM'))),
    options(signals),
  );
  assert.equal(code, 0);
  assert.deepEqual(notes, ['start log', 'start gateway', 'stop gateway', 'stop log']);
  assert.equal(signals.listenerCount('SIGTERM') + signals.listenerCount('SIGINT'), 0);
});

test('a start that fails stops what was begun and rejects', async () => {
  const signals = new EventEmitter();
  const notes: string[] = [];
  const broken = twoParts(notes, () => {
    throw new Error('port taken');
  });
  await assert.rejects(
    runProcess((lifecycle) => Promise.resolve().then(() => broken(lifecycle)), options(signals)),
    /port taken/,
  );
  assert.deepEqual(notes.slice(2), ['stop gateway', 'stop log']);
});

test('a part that dies ends the process with a failure', async () => {
  const notes: string[] = [];
  const start = twoParts(notes, (lifecycle) => lifecycle.watch('worker', Promise.reject(new Error('consumer died'))));
  assert.equal(await runProcess(start, options(new EventEmitter())), 1);
  assert.deepEqual(notes.slice(2), ['stop gateway', 'stop log']);
});

test('a part that fails to stop keeps no other from stopping, and shows in the exit code', async () => {
  const signals = new EventEmitter();
  const notes: string[] = [];
  const start = twoParts(notes, (lifecycle) => {
    lifecycle.onStop('broken', () => Promise.reject(new Error('no')));
    setImmediate(() => signals.emit('SIGINT'));
  });
  assert.equal(await runProcess(start, options(signals)), 1);
  assert.deepEqual(notes.slice(2), ['stop gateway', 'stop log']);
});

test('a stop that hangs is left at the deadline, and at a second signal', async () => {
  for (const impatient of [false, true]) {
    const signals = new EventEmitter();
    const start = (lifecycle: Lifecycle): Promise<void> => {
      lifecycle.onStop('hanging', () => {
        if (impatient) setImmediate(() => signals.emit('SIGTERM'));
        return new Promise<void>(() => undefined);
      });
      setImmediate(() => signals.emit('SIGTERM'));
      return Promise.resolve();
    };
    assert.equal(await runProcess(start, options(signals, impatient ? 3_600_000 : 20)), 1);
  }
});
