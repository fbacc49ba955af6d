import { EventEmitter } from 'node:events';

const sameMs = 1000;

/**
 * The signals that end this process, a repetition within a second left out: under `npm run` and `npx` one Ctrl-C arrives
 * twice, from the terminal and from npm, and the second would cut the clean stop short.
 */
export function endingSignals(source: { on(name: string, listener: () => void): unknown }): EventEmitter {
  const signals = new EventEmitter();
  let last = -Infinity;
  for (const name of ['SIGINT', 'SIGTERM']) {
    source.on(name, () => {
      const now = performance.now();
      if (now - last >= sameMs) signals.emit(name);
      last = now;
    });
  }
  return signals;
}
