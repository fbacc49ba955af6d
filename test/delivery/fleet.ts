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

interface Diagnosis {
  healthy: boolean;
  checks: { name: string; verdict: string; summary: string }[];
}

/**
 * Waits until the API counts what the ledgers say, then lets the doctor look at everything. Says where API and ledgers
 * differ and what the doctor finds; empty when all is well.
 */
export async function differences(site: Site, ...ledgers: Ledger[]): Promise<string[]> {
  // The fleet may have been answered before the last death.
  await site.ready();
  const found: string[] = [];
  for (const ledger of ledgers) {
    for (const reading of ['settled', 'young'] as const) found.push(...(await differencesOf(site, ledger, reading)));
  }
  const { healthy, checks } = await site.get<Diagnosis>('/v1/doctor?deep=true');
  const failed = checks.filter(({ verdict }) => verdict === 'fail');
  if (!healthy) found.push(...failed.map(({ name, summary }) => `doctor: ${name}: ${summary}`));
  return found;
}

async function differencesOf(site: Site, ledger: Ledger, reading: 'settled' | 'young'): Promise<string[]> {
  const { confirm_seconds, silence_seconds } = readings[reading];
  const path = `/v1/apps/${ledger.app_id}/releases?confirm_seconds=${confirm_seconds}&silence_seconds=${silence_seconds}`;
  let last: string[] = [];
  const agree = async (): Promise<boolean> => {
    const { releases } = await site.get<{ releases: ReportedRelease[] }>(path);
    last = compare(ledger, releases, reading);
    return last.length === 0;
  };
  await waitFor(agree, { timeoutMs: 90_000, everyMs: 250, what: reading }).catch(() => undefined);
  return last.map((each) => `${reading}: ${each}`);
}
