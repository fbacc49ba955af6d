import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../../test/temporaryFolder.ts';

const program = fileURLToPath(new URL('./contract/fullDisk.ts', import.meta.url));
/** Largest file that the process may write, in blocks of 512 bytes: a disk that is full, for a program that asks it. */
const blocks = 6_000;

for (const kind of ['log', 'spool']) {
  test(`on a full disk the ${kind} refuses, keeps what it has acknowledged, and the process lives on`, async () => {
    const folder = await temporaryFolder();
    const limited = `ulimit -f ${blocks}; exec "$0" --import tsx "$@"`;
    const child = spawn('sh', ['-c', limited, process.execPath, program, kind, join(folder.path, kind)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    await folder.remove();
    assert.equal(child.exitCode, 0, errors.slice(-2000));
    const { acked, kept, codes } = JSON.parse(output) as { acked: number; kept: number; codes: string[] };
    assert.deepEqual(codes, ['refused', 'refused', 'refused']);
    assert.ok(acked > 0);
    assert.equal(kept, acked);
  });
}
