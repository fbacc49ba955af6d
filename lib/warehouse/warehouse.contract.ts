import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { testBlock, testEvent, testLog } from '../../test/updateEvent.ts';
import { hasCode } from '../runtime/errors.ts';
import { migrate, readMigrations } from './migrate.ts';
import { rawIntegrity, storedRows } from './stored.ts';
import { rejectedEvents, updateEvents } from './tables.ts';
import type { Warehouse } from './warehouse.ts';
import { WarehouseError } from './warehouseError.ts';

/** A warehouse for one run of the suite, empty at first. */
export interface ContractSubject {
  warehouse: Warehouse;
  /** Leaves nothing behind: processes, ports, folders. */
  dispose(): Promise<void>;
}

/** An hour ago, at a full minute: rows older than the tables keep would be gone as soon as they are stored. */
const base = Math.floor(Date.now() / 60_000 - 60) * 60_000;

/** As the engine writes a time in JSON. */
const written = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');

/** The rows that a block leaves everywhere: raw, and each table that a view fills. */
async function counts(warehouse: Warehouse): Promise<Record<string, number>> {
  const [row] = await warehouse.query<Record<string, number>>(
    `SELECT (SELECT count() FROM rollguard.update_events) AS raw,
       (SELECT count() FROM rollguard.device_releases) AS releases,
       (SELECT count() FROM rollguard.device_failures) AS failures,
       (SELECT count() FROM rollguard.device_downloads) AS downloads,
       (SELECT count() FROM rollguard.segment_values) AS segments,
       (SELECT sum(events) FROM rollguard.release_minutes) AS minutes`,
  );
  return row!;
}

function subtract(a: Record<string, number>, b: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(a).map(([name, value]) => [name, value - b[name]!]));
}

/** What every adapter of the port promises. */
export function describeWarehouse(name: string, make: () => Promise<ContractSubject>): void {
  describe(`the warehouse contract: ${name}`, () => {
    let subject: ContractSubject;
    let warehouse: Warehouse;

    before(async () => {
      subject = await make();
      warehouse = subject.warehouse;
      await warehouse.migrate();
    });
    after(() => subject.dispose());

    it('migrates twice without a change', async () => {
      const versions = (): Promise<unknown[]> =>
        warehouse.query('SELECT number, name, checksum, applied_at FROM rollguard.schema_migrations ORDER BY number');
      const first = await versions();
      await warehouse.migrate();
      assert.deepEqual(await versions(), first);
      assert.equal(first.length, (await readMigrations()).length);
    });

    it('refuses a warehouse of a newer program, and a migration that was edited', async () => {
      const known = await readMigrations();
      await assert.rejects(migrate(warehouse, known.slice(0, -1)), (error) => hasCode(error, 'data_dir_newer'));
      const edited = known.map((one, at) => (at === 2 ? { ...one, checksum: 'other' } : one));
      await assert.rejects(migrate(warehouse, edited), (error) => hasCode(error, 'warehouse_changed'));
    });

    it('knows the columns of its tables in their order', async () => {
      for (const table of [updateEvents, rejectedEvents]) {
        const columns = await warehouse.query<{ column: string; type: string }>(
          `SELECT name AS column, type FROM system.columns
           WHERE database = 'rollguard' AND table = {table:String} ORDER BY position`,
          { table: table.name },
        );
        assert.deepEqual(
          table.columns.map(({ column, type }) => ({ column, type })),
          columns,
        );
      }
    });

    it('stores a block once under its token, with all views, however often it comes', async () => {
      const before = await counts(warehouse);
      const block = testBlock(
        [
          testEvent({ device_id: 'a', kind: 'download_completed', at: base, duration_ms: 900, bytes: 5_000 }),
          testEvent({ device_id: 'a', kind: 'install_completed', at: base + 1_000 }),
          testEvent({ device_id: 'b', kind: 'install_failed', at: base, error_code: 'E1', error_class: 'integrity' }),
        ],
        { partition: 1, first: 100 },
      );
      for (let times = 0; times < 3; times += 1) {
        await warehouse.insertBlock(block);
        assert.deepEqual(subtract(await counts(warehouse), before), {
          raw: 3,
          releases: 2,
          failures: 1,
          downloads: 1,
          segments: 1,
          minutes: 3,
        });
      }
      const next = testBlock([testEvent({ device_id: 'c', kind: 'rolled_back', at: base })], {
        partition: 1,
        first: 103,
      });
      await warehouse.insertBlock(next);
      await warehouse.insertBlock(block);
      assert.equal((await counts(warehouse)).raw! - before.raw!, 4);
    });

    it('keeps every field of an event', async () => {
      const event = testEvent({
        device_id: "d'\\\n\tü😀",
        kind: 'download_failed',
        at: base + 123,
        sent_at: base - 5,
        skew_ms: -7,
        duration_ms: 1,
        bytes: 2 ** 40,
        progress: 99,
        attempt: 3,
        error_code: 'E',
        error_message: 'no space',
        error_class: 'storage',
        is_production: false,
        is_emulator: true,
        source_network: 2 ** 52 - 1,
        attributes: { plan: 'gold', 'quo"te': "it's" },
      });
      await warehouse.insertBlock(testBlock([event], { partition: 7, first: 5 }));
      const [row] = await warehouse.query<Record<string, unknown>>(
        `SELECT * REPLACE (
           toUnixTimestamp64Milli(received_at) AS received_at, toUnixTimestamp64Milli(occurred_at) AS occurred_at,
           toUnixTimestamp64Milli(device_clock) AS device_clock, toUnixTimestamp64Milli(sent_at) AS sent_at)
         FROM rollguard.update_events WHERE event_id = {id:UUID}`,
        { id: event.event_id },
      );
      assert.deepEqual(row, { ...event, log_id: testLog, log_partition: 7, log_offset: 5 });
    });

    it('refuses bytes that do not parse, and stores nothing of them', async () => {
      const before = await counts(warehouse);
      const good = testEvent({ device_id: 'good', kind: 'activated', at: base });
      const bad = { ...testEvent({ device_id: 'bad', kind: 'activated', at: base }), event_id: 'not a uuid' };
      await assert.rejects(warehouse.insertBlock(testBlock([good, bad], { partition: 2 })), (error) => {
        assert.ok(error instanceof WarehouseError);
        assert.equal(error.code, 'warehouse_refused');
        assert.equal(typeof error.clickhouseCode, 'number');
        return true;
      });
      const cut = testBlock([good], { partition: 2, first: 50 });
      const broken = { ...cut, container: [Buffer.concat(cut.container).subarray(0, -40)] };
      await assert.rejects(warehouse.insertBlock(broken), WarehouseError);
      assert.deepEqual(await counts(warehouse), before);
    });

    it('stores rows as JSON once under their token', async () => {
      const row = {
        rejected_at: written(base + 123),
        code: 'undecodable',
        reason: "it's\nbroken",
        origin_topic: 't',
        origin_offset: 9,
        origin_timestamp: written(base),
        _log: testLog,
        _partition: 3,
        _offset: 9,
      };
      for (let times = 0; times < 2; times += 1) await warehouse.insertRows(rejectedEvents, [row], 'rows-1');
      await warehouse.insertRows(rejectedEvents, [], 'rows-1');
      const rows = await warehouse.query(
        'SELECT code, reason, origin_offset, log_partition, app_id FROM rollguard.rejected_events',
      );
      assert.deepEqual(rows, [
        { code: 'undecodable', reason: "it's\nbroken", origin_offset: 9, log_partition: 3, app_id: '' },
      ]);
    });

    it('takes every type of parameter as a value, never as text of the statement', async () => {
      const text = 'it\'s \\ "quoted" \n\t\r ünï \u0001 😀 {x:String} $& -- \'';
      const texts = [text, '', "','", '\\'];
      const [row] = await warehouse.query(
        `SELECT {text:String} AS text, {count:UInt32} AS count, {negative:Int64} AS negative, {share:Float64} AS share,
           {yes:Bool} AS yes, {no:Bool} AS no, {texts:Array(String)} AS texts, {numbers:Array(UInt32)} AS numbers,
           {none:Array(String)} AS none, toUnixTimestamp64Milli({at:DateTime64(3, 'UTC')}) AS at`,
        {
          text,
          count: 4_294_967_295,
          negative: -9_007_199_254_740_991,
          share: 0.1,
          yes: true,
          no: false,
          texts,
          numbers: [1, 2, 3],
          none: [],
          at: new Date(base + 678),
        },
      );
      assert.deepEqual(row, {
        text,
        count: 4_294_967_295,
        negative: -9_007_199_254_740_991,
        share: 0.1,
        yes: true,
        no: false,
        texts,
        numbers: [1, 2, 3],
        none: [],
        at: base + 678,
      });
    });

    it('gives counts as numbers', async () => {
      assert.deepEqual(await warehouse.query('SELECT toUInt64(5) AS five'), [{ five: 5 }]);
    });

    it('lets no setting outlive its statement', async () => {
      const names = [
        'insert_deduplication_token',
        'async_insert',
        'max_threads',
        'max_block_size',
        'max_insert_threads',
      ];
      const read = (): Promise<unknown[]> =>
        warehouse.query(`SELECT name, value FROM system.settings WHERE name IN {names:Array(String)} ORDER BY name`, {
          names,
        });
      const before = await read();
      assert.equal(before.length, names.length);
      await warehouse.insertBlock(
        testBlock([testEvent({ device_id: 'e', kind: 'activated', at: base })], { partition: 4 }),
      );
      await warehouse.query('SELECT {n:UInt8} AS n SETTINGS max_block_size = 17', { n: 1 });
      assert.deepEqual(await read(), before);
    });

    it('says by code whether to try again', async () => {
      const code = async (sql: string): Promise<string> => {
        const error: unknown = await warehouse.query(sql).catch((thrown: unknown) => thrown);
        assert.ok(error instanceof WarehouseError);
        return `${error.code} ${error.clickhouseCode}`;
      };
      assert.equal(await code('SELEC 1'), 'warehouse_refused 62');
      assert.equal(await code('SELECT nosuch'), 'warehouse_refused 47');
      assert.equal(await code('SELECT * FROM rollguard.nosuch'), 'warehouse_unavailable 60');
      assert.equal(await code("SELECT throwIf(1, 'x')"), 'warehouse_unavailable 395');
      assert.equal(await code('SELECT sleep(2) SETTINGS max_execution_time = 1'), 'warehouse_unavailable 159');
    });

    it('leaves alone what somebody else keeps in its database', async () => {
      await warehouse.command(
        `CREATE MATERIALIZED VIEW rollguard.their_view ENGINE = MergeTree ORDER BY app_id AS
         SELECT app_id FROM rollguard.update_events`,
      );
      await warehouse.migrate();
      await warehouse.command('DROP TABLE rollguard.their_view');
    });

    it('answers where rows of the log lie', async () => {
      const events = [0, 1, 2].map((at) => testEvent({ device_id: `f${at}`, kind: 'activated', at: base }));
      const stored = storedRows(warehouse, updateEvents);
      assert.equal(await stored.newest(testLog, 9), undefined);
      await warehouse.insertBlock(testBlock(events.slice(0, 2), { partition: 9, first: 10 }));
      await warehouse.insertBlock(testBlock(events.slice(2), { partition: 9, first: 14 }));
      const range = { logId: testLog, partition: 9, first: 11, last: 20 };
      assert.deepEqual(await stored.newest(testLog, 9), { offset: 14, receivedAt: base });
      assert.equal(await stored.count(range), 2);
      assert.deepEqual(await stored.offsets(range), new Set([11, 14]));
      assert.equal(await stored.count({ ...range, logId: 'log_other' }), 0);
      const integrity = await rawIntegrity(warehouse, updateEvents);
      assert.deepEqual(
        integrity.find(({ partition }) => partition === 9),
        { logId: testLog, partition: 9, rows: 3, distinct: 3, first: 10, last: 14 },
      );
    });
  });
}
