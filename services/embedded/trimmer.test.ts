import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLog } from '../../lib/log/open.ts';
import { temporaryFolder } from '../../test/temporaryFolder.ts';
import { waitFor } from '../../test/waitFor.ts';
import { trimOnce } from './trimmer.ts';

test('only what the group has passed is forgotten', async () => {
  const folder = await temporaryFolder();
  const log = openLog({ kind: 'lmdb', dir: folder.path });
  await log.migrate([{ name: 't', partitions: 1, compacted: false, retentionMs: 0 }]);
  for (let index = 0; index < 4; index += 1)
    await log.append('t', [{ key: Buffer.from('k'), value: Buffer.from('v') }]);
  const consumed = [{ topic: 't', group: 'g' }];
  await trimOnce(log, consumed);
  assert.equal((await log.ranges('t'))[0]!.first, 0, 'nobody has passed anything');
  let committed = false;
  const consumer = await log.consume({
    group: 'g',
    topic: 't',
    maxBytes: 1024,
    lingerMs: 1,
    idleMs: 10,
    open: (assignment) => ({
      start: () => Promise.resolve(0),
      records: async () => {
        await assignment.commit(3, '');
        committed = true;
      },
      idle: () => Promise.resolve(),
      close: () => undefined,
    }),
  });
  await waitFor(() => committed, { timeoutMs: 10_000, what: 'the commit' });
  // A record is trimmed once it is older than the retention, which is over in the next millisecond.
  const first = async (): Promise<number> => {
    await trimOnce(log, consumed);
    return (await log.ranges('t'))[0]!.first;
  };
  await waitFor(async () => (await first()) === 3, { timeoutMs: 10_000, what: 'the first three records to go' });
  await consumer.stop();
  await log.close();
  await folder.remove();
});
