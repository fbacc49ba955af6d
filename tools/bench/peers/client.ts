import { createClient, type ClickHouseClient } from '@clickhouse/client';
import { join } from 'node:path';
import { createChdbClient } from '../../../lib/warehouse/embedded/chdbClient.ts';
import { openWarehouse } from '../../../lib/warehouse/open.ts';
import type { Warehouse } from '../../../lib/warehouse/warehouse.ts';
import type { DrainArgument } from '../worker/drain.ts';

/** A peer's own client, on a warehouse that has our tables and views: on the same engine, in the same place as our side. */
export async function openPeer(
  given: DrainArgument['warehouse'],
): Promise<{ client: ClickHouseClient; warehouse: Warehouse }> {
  const warehouse = await openWarehouse(given);
  await warehouse.migrate();
  const client =
    given.kind === 'embedded'
      ? createChdbClient(join(given.dir, 'engine'))
      : createClient({ url: given.url, keep_alive: { eagerly_destroy_stale_sockets: true } });
  return { client, warehouse };
}
