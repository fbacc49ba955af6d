import assert from 'node:assert/strict';
import { it } from 'node:test';
import { startClickhouseFront } from '../../../test/clickhouseFront.ts';
import { temporaryFolder } from '../../../test/temporaryFolder.ts';
import { testBlock, testEvent } from '../../../test/updateEvent.ts';
import { hasCode } from '../../runtime/errors.ts';
import { openWarehouse } from '../open.ts';
import { describeWarehouse } from '../warehouse.contract.ts';

describeWarehouse('ClickHouse over HTTP', async () => {
  const folder = await temporaryFolder();
  const front = await startClickhouseFront(folder.path);
  const warehouse = await openWarehouse({ kind: 'clickhouse', url: front.url });
  return {
    warehouse,
    async dispose() {
      await warehouse.close();
      await front.stop();
      await folder.remove();
    },
  };
});

it('a server that dies is unavailable; the same block goes in once when it is back', async () => {
  const folder = await temporaryFolder();
  const first = await startClickhouseFront(folder.path);
  const warehouse = await openWarehouse({ kind: 'clickhouse', url: first.url });
  try {
    await warehouse.migrate();
    const block = testBlock([testEvent({ device_id: 'a', kind: 'activated', at: Date.now() })]);
    await warehouse.insertBlock(block);
    await first.kill();
    await assert.rejects(warehouse.insertBlock(block), (error) => hasCode(error, 'warehouse_unavailable'));
    await assert.rejects(warehouse.ping(), (error) => hasCode(error, 'warehouse_unavailable'));
    const second = await startClickhouseFront(folder.path, Number(new URL(first.url).port));
    try {
      await warehouse.insertBlock(block);
      assert.deepEqual(await warehouse.query('SELECT count() AS rows FROM rollguard.update_events'), [{ rows: 1 }]);
    } finally {
      await second.stop();
    }
  } finally {
    await warehouse.close();
    await first.kill();
    await folder.remove();
  }
});

const server = process.env.ROLLGUARD_TEST_CLICKHOUSE_URL;
if (server === undefined) {
  it(
    'the contract against a ClickHouse server',
    { skip: 'set ROLLGUARD_TEST_CLICKHOUSE_URL to run it' },
    () => undefined,
  );
} else {
  describeWarehouse('a ClickHouse server', async () => {
    const warehouse = await openWarehouse({ kind: 'clickhouse', url: server });
    await warehouse.command('DROP DATABASE IF EXISTS rollguard SYNC');
    return { warehouse, dispose: () => warehouse.close() };
  });
}
