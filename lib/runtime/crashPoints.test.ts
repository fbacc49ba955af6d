import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { createCrashPoints } from './crashPoints.ts';

test('without a spec every point is passed', () => {
  for (const spec of [undefined, '', 'elsewhere:1']) createCrashPoints(spec).reach('here');
});

test('a malformed count is refused', () => {
  for (const spec of ['here:0', 'here:x', 'here:1.5']) assert.throws(() => createCrashPoints(spec), RangeError);
});

test('the process dies by SIGKILL at the passage asked for, and says where', () => {
  const script = `
    import { createCrashPoints } from ${JSON.stringify(new URL('crashPoints.ts', import.meta.url).href)};
    const points = createCrashPoints('here:3');
    for (let i = 1; i <= 5; i += 1) { points.reach('there'); process.stdout.write(String(i)); points.reach('here'); }
    setInterval(() => undefined, 1000);
  `;
  const run = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  assert.equal(run.signal, 'SIGKILL');
  assert.equal(run.stderr.includes('crash point here\n'), true);
});
