import { compare, type ReportedRelease } from '../../tools/simulate/compare.ts';
import { startFleet, type Fleet } from '../../tools/simulate/fleet.ts';
import { readings, type Ledger } from '../../tools/simulate/ledger.ts';
import { waitFor } from '../waitFor.ts';
import { ingestKey, type Site } from './site.ts';

const app = 'com.example.delivery';

/** A fleet with everything it can do to order, clocks and duplicates, as fast as the server answers. */
export function aFleet(site: Site, devices: number, seed: number): Fleet {
  return startFleet({
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
}

interface Doctor {
  healthy: boolean;
  partitions: { rows: number }[];
}

/** Waits until every acknowledged event is stored, then says where API and ledger differ; empty when nowhere. */
export async function differences(site: Site, ledger: Ledger): Promise<string[]> {
  const rows = async (): Promise<number> =>
    (await site.get<Doctor>('/v1/doctor')).partitions.reduce((sum, each) => sum + each.rows, 0);
  await waitFor(async () => (await rows()) >= ledger.events.acked, {
    timeoutMs: 90_000,
    what: `${ledger.events.acked} stored rows`,
  });
  const found: string[] = [];
  if (!(await site.get<Doctor>('/v1/doctor')).healthy) found.push('rows are stored twice');
  for (const reading of ['settled', 'young'] as const) {
    const { confirm_seconds, silence_seconds } = readings[reading];
    const path = `/v1/apps/${app}/releases?confirm_seconds=${confirm_seconds}&silence_seconds=${silence_seconds}`;
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
