import { createClient, type ClickHouseClient, type ClickHouseClientConfigOptions } from '@clickhouse/client';
import { createChdbConnection } from 'chdb/connection';

/**
 * The ClickHouse client over the engine in this process. Both sides keep the same interface, but each brings its own copy
 * of its types, and two copies of a class with private fields never match for the compiler: hence the cast.
 */
export function createChdbClient(path: string): ClickHouseClient {
  const connection = createChdbConnection({ path }) as unknown;
  return createClient({ connection } as ClickHouseClientConfigOptions);
}
