import { Readable } from 'node:stream';
import { createClient } from '@clickhouse/client';
import { ClientWarehouse } from '../clientWarehouse.ts';
import { insertFromBody, type BlockFormat } from '../insertStatement.ts';
import type { BlockTable, Warehouse } from '../warehouse.ts';

export interface ClickhouseOptions {
  /** `http(s)://[user:password@]host:port` */
  url: string;
  username?: string;
  password?: string;
  /** Default 30,000. An insert that takes longer is tried again under its token. */
  requestTimeoutMs?: number;
}

/** Servers close an idle connection after 3 s by default; a client that lets go first never meets a dead one. */
const idleSocketTtlMs = 2_000;

/** A ClickHouse server over HTTP. */
export function openClickhouseWarehouse(options: ClickhouseOptions): Warehouse {
  const client = createClient({
    url: options.url,
    ...(options.username === undefined ? {} : { username: options.username }),
    ...(options.password === undefined ? {} : { password: options.password }),
    request_timeout: options.requestTimeoutMs ?? 30_000,
    keep_alive: { enabled: true, idle_socket_ttl: idleSocketTtlMs },
    // Over HTTP these belong to one request and cannot outlive it. The answer waits for the query's end, so that an error
    // after the first byte is seen; 64-bit counts come as numbers from old servers too.
    clickhouse_settings: { wait_end_of_query: 1, output_format_json_quote_64bit_integers: 0 },
  });

  async function insert(
    table: BlockTable,
    token: string,
    format: BlockFormat,
    bytes: readonly Buffer[],
  ): Promise<void> {
    const values = Readable.from(bytes, { objectMode: false });
    const answer = await client.exec({ query: insertFromBody(table, token, format), values });
    // An unread answer would keep its socket.
    answer.stream.resume();
  }

  return new ClientWarehouse({ client, insert, afterMigration: () => Promise.resolve(), close: () => client.close() });
}
