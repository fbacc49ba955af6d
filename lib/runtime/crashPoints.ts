import { writeSync } from 'node:fs';

/** Places where a test can kill the process, as a power cut would. Each is named where it is reached. */
export interface CrashPoints {
  /** Passes the point; kills the process with SIGKILL when this is the passage that was asked for. */
  reach(name: string): void;
}

/**
 * For tests only (`ROLLGUARD_CRASH_AT`): `<name>:<n>` kills the process at the nth passage of that point, `<name>` at the
 * first. Without a spec every point is passed. Throws a RangeError when n is not a positive integer.
 */
export function createCrashPoints(spec: string | undefined): CrashPoints {
  if (spec === undefined || spec === '') return { reach: () => undefined };
  const [target, count = '1'] = spec.split(':');
  const nth = Number(count);
  if (!Number.isInteger(nth) || nth < 1) throw new RangeError('a crash point is written <name>:<n>, n from 1');
  let passed = 0;
  return {
    reach(name) {
      if (name !== target) return;
      passed += 1;
      if (passed !== nth) return;
      writeSync(2, `crash point ${name}\n`);
      process.kill(process.pid, 'SIGKILL');
    },
  };
}
