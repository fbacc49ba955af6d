/** A process that appends to a log or a spool in the folder until it cannot any more, and says what it has left. */
import { hasCode } from '../../runtime/errors.ts';
import type { NewRecord } from '../log.ts';
import { LmdbLog } from '../lmdb/lmdbLog.ts';
import { openSpool } from '../spool.ts';

interface Store {
  append(records: NewRecord[]): Promise<unknown>;
  records(): Promise<number>;
  close(): Promise<void>;
}

async function openStore(kind: string, dir: string): Promise<Store> {
  if (kind === 'spool') {
    const spool = openSpool(dir, 1e9);
    const records = (): Promise<number> => Promise.resolve(spool.records);
    return { append: (records) => spool.append(records), records, close: () => spool.close() };
  }
  const log = new LmdbLog(dir);
  await log.migrate([{ name: 't', partitions: 2, compacted: false, retentionMs: 1e9 }]);
  return {
    append: (records) => log.append('t', records),
    records: async () => (await log.ranges('t')).reduce((sum, { end }) => sum + end, 0),
    close: () => log.close(),
  };
}

const [kind, dir] = process.argv.slice(2) as [string, string];
const store = await openStore(kind, dir);
let acked = 0;
const codes: string[] = [];
while (codes.length < 3) {
  const batch = Array.from({ length: 25 }, (_, i) => ({ key: Buffer.from(`k${i}`), value: Buffer.alloc(4000) }));
  try {
    await store.append(batch);
    acked += batch.length;
  } catch (error) {
    codes.push(hasCode(error, 'spool_full', 'log_unavailable') ? 'refused' : String(error));
  }
}
await store.close();
const again = await openStore(kind, dir);
const kept = await again.records();
await again.close();
process.stdout.write(JSON.stringify({ acked, kept, codes }));
