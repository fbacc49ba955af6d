import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RollguardError, hasCode } from '../../lib/runtime/errors.ts';
import type { Assignment, CommittedPosition, LogRecord } from '../../lib/log/log.ts';
import type { Block } from '../../lib/warehouse/warehouse.ts';
import { decodeIntent } from './intent.ts';
import { PartitionWriter } from './partitionWriter.ts';
import { RejectionLimit } from './rejectionLimit.ts';
import type { WireSchemas } from './wireSchemas.ts';

/** The death of the process: no part of the writer may catch it. */
class Death extends Error {}

const wire = (schemaId: number, body: string): Buffer => {
  const header = Buffer.from([0, 0, 0, 0, schemaId]);
  return Buffer.concat([header, Buffer.from([0]), Buffer.from(body)]);
};

type Content = 'good' | 'other schema' | 'undecodable' | 'refused';

function recordOf(content: Content, offset: number): LogRecord {
  const value = {
    good: wire(1, 'good'),
    'other schema': wire(2, 'good'),
    undecodable: Buffer.from('nonsense'),
    refused: wire(1, 'evil'),
  }[content];
  return { partition: 0, offset, key: null, value, timestamp: 0, headers: {} };
}

/** A log of one partition and a warehouse of one table with one view, which outlive the writers that die on them. */
class World {
  readonly records: LogRecord[];
  committed: CommittedPosition | null = null;
  /** Every commit there ever was, for the one who moves a position back. */
  readonly commits: CommittedPosition[] = [];
  private movedBack = false;
  now = 0;
  readonly raw = new Map<number, number>();
  readonly view = new Map<number, number>();
  readonly tokens = new Map<string, { raw: boolean; view: boolean }>();
  readonly rejected = new Set<number>();
  /** Receive time of what is stored; the records' own is 0. */
  storedTime = 0;
  /** Steps until the process dies; every step is a call to the outside. */
  fuse: number;

  constructor(contents: Content[], holes: number[]) {
    let offset = 0;
    this.records = contents.map((content, index) => {
      offset += 1 + (holes[index % holes.length] ?? 0);
      return recordOf(content, offset);
    });
    this.fuse = Infinity;
  }

  step(): void {
    this.fuse -= 1;
    if (this.fuse <= 0) throw new Death('killed');
  }

  read(from: number, to: number): LogRecord[] {
    return this.records.filter(({ offset }) => offset >= from && offset <= to);
  }

  insert(block: Block): void {
    this.step();
    const rows = JSON.parse(block.container[0]!.toString()) as { offset: number; evil: boolean }[];
    if (rows.some((row) => row.evil)) throw new RollguardError('warehouse_refused');
    const token = this.tokens.get(block.token) ?? { raw: false, view: false };
    this.tokens.set(block.token, token);
    const add = (table: Map<number, number>): void => {
      for (const { offset } of rows) table.set(offset, (table.get(offset) ?? 0) + 1);
    };
    if (!token.raw) add(this.raw);
    token.raw = true;
    this.step();
    if (!token.view) add(this.view);
    token.view = true;
    this.step();
  }

  /** `knows`: the ids of the schemas that this version of the worker has. */
  writer(maxRows: number, knows: readonly number[]): PartitionWriter {
    const frame = (records: readonly LogRecord[]): Buffer[] => [
      Buffer.from(
        JSON.stringify(records.map(({ offset, value }) => ({ offset, evil: value!.toString().endsWith('evil') }))),
      ),
    ];
    const walk = (bytes: Buffer, _at: number, end: number): number => (bytes.length === end ? end : -1);
    const schemas: WireSchemas = new Map(knows.map((id) => [id, { walk, framer: { frame } }]));
    const inRange = (first: number, last: number): number[] =>
      [...this.raw.keys()].filter((offset) => offset >= first && offset <= last);
    const assignment: Assignment = {
      topic: 't',
      partition: 0,
      committed: this.committed,
      range: { partition: 0, first: 0, end: (this.records.at(-1)?.offset ?? -1) + 1 },
      owned: () => true,
      commit: (position, metadata) => {
        this.step();
        this.committed = { position, metadata };
        this.commits.push(this.committed);
        this.step();
        return Promise.resolve();
      },
    };
    return new PartitionWriter(assignment, {
      topic: 't',
      logId: 'abc',
      table: { name: 'rows', columns: [] },
      schemas,
      maxRows,
      oldIntentMs: 600_000,
      insert: (block) => {
        this.insert(block);
        return Promise.resolve();
      },
      stored: {
        offsets: ({ first, last }) => Promise.resolve(new Set(inRange(first, last))),
        newest: () =>
          Promise.resolve(
            this.raw.size === 0 ? undefined : { offset: Math.max(...this.raw.keys()), receivedAt: this.storedTime },
          ),
        repairViews: ({ first, last }) => {
          this.step();
          for (const offset of inRange(first, last)) this.view.set(offset, 1);
          return Promise.resolve();
        },
      },
      read: async function* (this: World, _partition: number, from: number, to: number) {
        await Promise.resolve();
        yield this.read(from, to);
      }.bind(this),
      inspect: (records) =>
        records
          .filter(({ value }) => value!.toString().endsWith('evil'))
          .map((record) => ({ record, code: 'refused_by_warehouse', reason: 'evil' })),
      reject: (rejections) => {
        this.step();
        for (const { record } of rejections) this.rejected.add(record.offset);
        this.step();
        return Promise.resolve();
      },
      limit: new RejectionLimit({ inARow: 1000, percent: 100 }),
      now: () => this.now,
      reach: () => undefined,
      onStored: () => undefined,
      onRetry: () => undefined,
      onRecovered: () => undefined,
      stopping: new AbortController().signal,
    });
  }

  /** Moves the position to an earlier commit, of a block behind which others have been stored; once in a history. */
  moveBack(back: number): void {
    if (this.movedBack) return;
    const newest = Math.max(...this.raw.keys());
    const earlier = this.commits.filter(({ position, metadata }) => (lastOf(metadata) ?? position - 1) < newest);
    this.committed = earlier.at(-back) ?? this.committed;
    this.movedBack = true;
  }

  /** One life of a worker: takes what there is, in fetches of this size, then is idle. False when it died. */
  async live(maxRows: number, fetch: number, fuse: number, knows: readonly number[] = [1, 2]): Promise<boolean> {
    this.fuse = fuse;
    try {
      const writer = this.writer(maxRows, knows);
      const position = await writer.start();
      const left = this.read(position, Infinity);
      for (let at = 0; at < left.length; at += fetch) await writer.records(left.slice(at, at + fetch));
      await writer.idle();
      return true;
    } catch (error) {
      if (error instanceof Death) return false;
      throw error;
    }
  }
}

const lastOf = (metadata: string): number | undefined => decodeIntent(metadata)?.last;

interface Life {
  maxRows: number;
  fetch: number;
  fuse: number;
  fate: 'restart' | 'long away' | 'offsets forgotten' | 'moved back';
  /** Which commit a position is moved back to, from the newest. */
  back: number;
}

const contents = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.constant<Content>('good') },
    { weight: 1, arbitrary: fc.constantFrom<Content>('other schema', 'undecodable', 'refused') },
  ),
  { minLength: 1, maxLength: 40 },
);
const lives = fc.array(
  fc.record<Life>({
    maxRows: fc.integer({ min: 1, max: 12 }),
    fetch: fc.integer({ min: 1, max: 20 }),
    fuse: fc.integer({ min: 1, max: 30 }),
    fate: fc.constantFrom('restart', 'long away', 'offsets forgotten', 'moved back'),
    back: fc.integer({ min: 1, max: 6 }),
  }),
  { maxLength: 8 },
);

function assertOnce(world: World): void {
  for (const { offset, value } of world.records) {
    const bad = value!.toString().endsWith('evil') || value![0] !== 0;
    assert.equal(world.raw.get(offset) ?? 0, bad ? 0 : 1, `raw rows of offset ${offset}`);
    assert.equal(world.view.get(offset) ?? 0, bad ? 0 : 1, `view of offset ${offset}`);
    assert.equal(world.rejected.has(offset), bad, `rejection of offset ${offset}`);
  }
}

/** As above, after an upgrade: what the older worker rejected, for want of its schema, the newer one need not store. */
function assertNothingLost(world: World): void {
  for (const { offset, value } of world.records) {
    const raw = world.raw.get(offset) ?? 0;
    const strange = value![0] === 0 && value![4] === 2;
    const good = value![0] === 0 && !value!.toString().endsWith('evil') && !strange;
    if (strange) assert.ok(raw === 1 || (raw === 0 && world.rejected.has(offset)), `offset ${offset}: ${raw} rows`);
    else assert.equal(raw, good ? 1 : 0, `raw rows of offset ${offset}`);
    assert.equal(world.view.get(offset) ?? 0, raw, `view of offset ${offset}`);
    if (!strange) assert.equal(world.rejected.has(offset), !good, `rejection of offset ${offset}`);
  }
}

test('however often the worker dies, is upgraded or has its position moved back, each record is stored once in table and view, or rejected', async () => {
  const holes = fc.array(fc.nat({ max: 3 }), { minLength: 1 });
  /** In how many lives the worker is of a version that knows the first schema only. */
  const oldLives = fc.oneof(fc.constant(0), fc.nat({ max: 4 }));
  await fc.assert(
    fc.asyncProperty(contents, holes, lives, oldLives, async (records, holes, each, old) => {
      const world = new World(records, holes);
      for (const [index, { maxRows, fetch, fuse, fate, back }] of each.entries()) {
        await world.live(maxRows, fetch, fuse, index < old ? [1] : [1, 2]);
        world.now += 1000;
        if (fate === 'moved back') world.moveBack(back);
        if (fate === 'long away') {
          world.now += 3_600_000;
          world.tokens.clear();
        }
        // A group loses its positions only after a week without a member, so never with a block half done.
        const atRest = world.committed !== null && world.committed.metadata === '';
        if (fate === 'offsets forgotten' && atRest) world.committed = null;
      }
      assert.ok(await world.live(10, 10, Infinity));
      if (old > 0) assertNothingLost(world);
      else assertOnce(world);
    }),
    { numRuns: 2000 },
  );
});

test('a block that an older worker began is not cut short by a newer one that knows one more schema', async () => {
  for (let fuse = 1; fuse <= 8; fuse += 1) {
    const world = new World(['good', 'other schema', 'good'], [0]);
    await world.live(10, 10, fuse, [1]);
    assert.ok(await world.live(10, 10, Infinity));
    assertNothingLost(world);
  }
});

test('a position that was moved back to an old intent takes nothing twice', async () => {
  const world = new World(Array<Content>(6).fill('good'), [0]);
  assert.ok(await world.live(2, 2, Infinity));
  world.committed = world.commits[0]!;
  assert.notEqual(world.committed.metadata, '');
  assert.ok(await world.live(3, 3, Infinity));
  assertOnce(world);
});

test('a log that ends below what the warehouse holds is refused, and the way out is named', async () => {
  const world = new World(['good', 'good'], [0]);
  world.raw.set(500, 1);
  await assert.rejects(
    () => world.live(10, 10, Infinity),
    (error: Error) => hasCode(error, 'log_behind_warehouse') && error.message.includes('--new-log'),
  );
});

test('a log that holds another record at a stored offset is refused', async () => {
  const world = new World(['good', 'good', 'good'], [0]);
  world.raw.set(2, 1);
  world.storedTime = 1_700_000_000_000;
  await assert.rejects(
    () => world.live(10, 10, Infinity),
    (error: Error) => hasCode(error, 'log_recreated') && error.message.includes('--new-log'),
  );
});

test('a block that is stored in part stops the partition', async () => {
  const world = new World(['good', 'refused'], [0]);
  world.raw.set(2, 1);
  world.committed = { position: 0, metadata: '' };
  world.raw.delete(2);
  const insert = world.insert.bind(world);
  world.insert = (block) => {
    world.raw.set(1, 1);
    insert(block);
  };
  await assert.rejects(
    () => world.live(10, 10, Infinity),
    (error: Error) => hasCode(error, 'block_half_stored'),
  );
});

test('a thousand bad records in a row stop the worker before they are rejected', async () => {
  const world = new World(Array<Content>(1200).fill('undecodable'), [0]);
  await assert.rejects(
    () => world.live(400, 400, Infinity),
    (error: Error) => hasCode(error, 'too_many_rejected'),
  );
  assert.equal(world.rejected.size, 800);
});
