import { compare, type ReportedRelease } from '../../tools/simulate/compare.ts';
import { startFleet, type Fleet } from '../../tools/simulate/fleet.ts';
import { readings, type Ledger } from '../../tools/simulate/ledger.ts';
import { waitFor } from '../waitFor.ts';
import { ingestKey, type Site } from './site.ts';

/** A fleet with everything it can do to order, clocks and duplicates, as fast as the server answers. */
export function aFleet(site: Site, devices: number, seed: number, app = 'com.example.delivery'): Fleet {
  const fleet = startFleet({
    url: site.deviceUrl,
    key: ingestKey,
    devices,
    seed,
    appId: app,
    channel: 'production',
    baseRelease: '2.3.9',
    releases: [
      { name: '2.4.0', share: 0.9 },
      { name: '2.4.1', share: 0.3 },
    ],
    faults: [],
    spacingMs: 5,
    concurrency: 24,
    paced: false,
  });
  site.onClose(() => fleet.stop());
  // Awaited by the test; one that has failed before must not be called unhandled as well.
  fleet.ended.catch(() => undefined);
  return fleet;
}

interface Doctor {
  healthy: boolean;
  partitions: { rows: number }[];
}

/** Waits until every acknowledged event is stored, then says where API and ledgers differ; empty when nowhere. */
export async function differences(site: Site, ...ledgers: Ledger[]): Promise<string[]> {
  // The fleet may have been answered before the last death.
  await site.ready();
  const acked = ledgers.reduce((sum, ledger) => sum + ledger.events.acked, 0);
  const rows = async (): Promise<number> =>
    (await site.get<Doctor>('/v1/doctor')).partitions.reduce((sum, each) => sum + each.rows, 0);
  await waitFor(async () => (await rows()) >= acked, { timeoutMs: 90_000, what: `${acked} stored rows` });
  const found: string[] = [];
  if (!(await site.get<Doctor>('/v1/doctor')).healthy) found.push('rows are stored twice');
  for (const ledger of ledgers) found.push(...(await differencesOf(site, ledger)));
  return found;
}

async function differencesOf(site: Site, ledger: Ledger): Promise<string[]> {
  const found: string[] = [];
  for (const reading of ['settled', 'young'] as const) {
    const { confirm_seconds, silence_seconds } = readings[reading];
    const path = `/v1/apps/${ledger.app_id}/releases?confirm_seconds=${confirm_seconds}&silence_seconds=${silence_seconds}`;
    let last: string[] = [];
    const agree = async (): Promise<boolean> => {
      const { releases } = await site.get<{ releases: ReportedRelease[] }>(path);
      last = compare(ledger, releases, reading);
      return last.length === 0;
    };
    // The waiting times of the settled reading end a moment after the last event.
    await waitFor(agree, { timeoutMs: 10_000, what: reading }).catch(() => undefined);
    found.push(...last.map((each) => `${reading}: ${each}`));
  }
  return found;
}
