import type { Config } from '../runtime/config/settings.ts';
import { openClickhouseWarehouse, type ClickhouseOptions } from './clickhouse/clickhouseWarehouse.ts';
import type { Warehouse } from './warehouse.ts';

export type WarehouseOptions = { kind: 'embedded'; dir: string } | ({ kind: 'clickhouse' } & ClickhouseOptions);

/** The embedded engine is a large native library: it is loaded only where it is used. */
export async function openWarehouse(options: WarehouseOptions): Promise<Warehouse> {
  if (options.kind === 'clickhouse') return openClickhouseWarehouse(options);
  const { openEmbeddedWarehouse } = await import('./embedded/embeddedWarehouse.ts');
  return openEmbeddedWarehouse(options.dir);
}

/** The cluster's warehouse as a lone service is told of it; `readConfig` has made sure that there is a URL. */
export function openClusterWarehouse(config: Config): Warehouse {
  const { clickhouseUrl, clickhouseUser, clickhousePassword } = config;
  return openClickhouseWarehouse({
    url: clickhouseUrl!,
    username: clickhouseUser,
    ...(clickhousePassword === undefined ? {} : { password: clickhousePassword }),
  });
}
