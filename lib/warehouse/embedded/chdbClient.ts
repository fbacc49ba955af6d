import { createClient, type ClickHouseClient, type ClickHouseClientConfigOptions } from '@clickhouse/client';
import { createChdbConnection } from 'chdb/connection';

/** Calls of the connection that run a statement. */
const statements = new Set(['query', 'exec', 'command', 'insert', 'ping', 'close']);

/**
 * The ClickHouse client over the engine in this process, in a session of its own. Both sides keep the same interface, but
 * each brings its own copy of its types, and two copies of a class with private fields never match for the compiler:
 * hence the cast.
 *
 * A session runs one statement at a time. Those that wait for their turn wait here: inside the connection each would hold
 * one of Node's few worker threads, and with four of them waiting no file could be opened and no append reach the disk.
 */
export function createChdbClient(path: string): ClickHouseClient {
  const connection = oneAtATime(createChdbConnection({ path })) as unknown;
  return createClient({ connection } as ClickHouseClientConfigOptions);
}

function oneAtATime<Connection extends object>(connection: Connection): Connection {
  let tail: Promise<unknown> = Promise.resolve();
  return new Proxy(connection, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      const call = member.bind(target) as (...given: unknown[]) => unknown;
      if (!statements.has(String(name))) return call;
      return (...given: unknown[]) => {
        const result = tail.then(() => call(...given));
        tail = result.catch(() => undefined);
        return result;
      };
    },
  });
}
