import { openClickhouseWarehouse, type ClickhouseOptions } from './clickhouse/clickhouseWarehouse.ts';
import type { Warehouse } from './warehouse.ts';

export type WarehouseOptions = { kind: 'embedded'; dir: string } | ({ kind: 'clickhouse' } & ClickhouseOptions);

/** The embedded engine is a large native library: it is loaded only where it is used. */
export async function openWarehouse(options: WarehouseOptions): Promise<Warehouse> {
  if (options.kind === 'clickhouse') return openClickhouseWarehouse(options);
  const { openEmbeddedWarehouse } = await import('./embedded/embeddedWarehouse.ts');
  return openEmbeddedWarehouse(options.dir);
}
