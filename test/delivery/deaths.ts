import assert from 'node:assert/strict';
import { createEventCodec } from '../../lib/events/codec.ts';
import { loadSchemas } from '../../lib/events/schemas.ts';
import { openSpool } from '../../lib/log/spool.ts';
import type { Fleet } from '../../tools/simulate/fleet.ts';
import type { Ledger } from '../../tools/simulate/ledger.ts';
import { testEvent } from '../updateEvent.ts';
import { waitFor } from '../waitFor.ts';
import { aFleet } from './fleet.ts';
import type { Part, Site } from './site.ts';

/** The points at which a process is killed, in the order in which an event passes them. */
export const points = [
  'spool_half_drained',
  'before_intent',
  'after_intent',
  'raw_stored_without_view',
  'after_insert',
] as const;
export type Point = (typeof points)[number];

const fleetSize = 250;

/**
 * Lets a process die at the point while fleets of apps of their own report, and starts what is needed again. Resolves when the
 * fleets have been answered to their end, with what must be counted of them.
 */
export async function dieAt(site: Site, point: Point, turn: number): Promise<Ledger[]> {
  const app = `com.example.death-${turn}`;
  const passage = 1 + (turn % 3);
  if (point === 'spool_half_drained') return dieDraining(site, turn, app);
  if (point === 'raw_stored_without_view') await breakView(site);
  await site.kill('worker');
  const victim = site.run('worker', `${point}:${point === 'raw_stored_without_view' ? 1 : passage}`);
  const fleets: Fleet[] = [];
  // One fleet may be stored in fewer blocks than it takes to come to the passage.
  while (victim.running()) {
    const fleet = aFleet(site, fleetSize, 100 * turn + fleets.length, `${app}-${fleets.length}`);
    fleets.push(fleet);
    await Promise.race([victim.ended, fleet.ended]);
  }
  await diedAt(victim, point);
  if (point === 'raw_stored_without_view') await site.sql('DROP TABLE rollguard.broken_view');
  site.run('worker');
  const ledgers = await Promise.all(fleets.map((fleet) => fleet.ended));
  await site.ready();
  return ledgers;
}

/** Any event makes this view throw, after the raw rows are there. */
async function breakView(site: Site): Promise<void> {
  await site.kill('worker');
  await site.sql(
    `CREATE MATERIALIZED VIEW rollguard.broken_view ENGINE = MergeTree ORDER BY id AS
     SELECT CAST(app_id AS UUID) AS id FROM rollguard.update_events`,
  );
}

async function dieDraining(site: Site, turn: number, app: string): Promise<Ledger[]> {
  const part: Part = 'gateway';
  await site.kill(part);
  if (site.mode === 'embedded') {
    // The embedded log is away only with the disk itself, so the events are put into the spool by hand.
    await fillSpool(site.spoolDir, `${app}.spooled`);
    await diedAt(site.run(part, 'spool_half_drained:1'), 'spool_half_drained');
    site.run(part);
    return [await aFleet(site, fleetSize, 100 * turn, app).ended];
  }
  const victim = site.run(part, 'spool_half_drained:1');
  await site.ready();
  let fleet: Fleet | undefined;
  await site.withoutBroker(async () => {
    fleet = aFleet(site, fleetSize, 100 * turn, app);
    const spooled = (): boolean => fleet!.progress().events >= 100;
    await waitFor(spooled, { timeoutMs: 60_000, what: 'events acknowledged without a broker' });
  });
  await diedAt(victim, 'spool_half_drained');
  site.run(part);
  return [await fleet!.ended];
}

async function diedAt(victim: ReturnType<Site['run']>, point: Point): Promise<void> {
  const { signal } = await victim.ended;
  assert.equal(signal, 'SIGKILL', victim.output().slice(-3000));
  assert.ok(victim.output().includes(`crash point ${point}`), victim.output().slice(-3000));
  console.log(`${victim.name} killed at ${point}`);
}

/** Devices of `fillSpool`, each installed. */
export const spooledDevices = 40;

async function fillSpool(dir: string, app: string): Promise<void> {
  const codec = createEventCodec(loadSchemas());
  const spool = openSpool(dir, 1024 * 1024);
  const records = Array.from({ length: spooledDevices }, (_, index) => {
    const event = testEvent({ device_id: `spooled-${index}`, kind: 'install_completed', at: Date.now(), enrols: true });
    const value = codec.encode({ ...event, app_id: app, release: '1.0.0' });
    return { key: Buffer.from(`${app}:${event.device_id}`), value };
  });
  await spool.append(records);
  await spool.close();
}
