import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createOperatorSite, type OperatorSite } from '../../test/operatorSite.ts';
import { testBlock, testEvent } from '../../test/updateEvent.ts';

let site: OperatorSite;
before(async () => { site = await createOperatorSite(); });
after(() => site.close());
test('x', async () => {
  const at = Date.now() - 3 * 3600_000;
  await site.warehouse.insertBlock(testBlock([
    testEvent({ device_id: 'a', kind: 'download_completed', at, duration_ms: 100, bytes: 1000 }),
    testEvent({ device_id: 'a', kind: 'install_completed', at: at + 1000 }),
    testEvent({ device_id: 'b', kind: 'install_failed', at: at + 1000, error_code: 'E' }),
    testEvent({ device_id: 'c', kind: 'update_checked', at: at + 1000, release: '' }),
  ]));
  for (const path of ['', '/r1', '/r1/errors', '/r1/adoption', '/r1/downloads', '/r1/segments', `/r1/minutes?from=${new Date(at).toISOString()}&to=${new Date(at + 60000).toISOString()}`]) console.dir(await site.get(`/v1/apps/app/releases${path}`), { depth: 9 });
});
