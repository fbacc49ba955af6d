import type { Ledger, ReleaseCounts } from './ledger.ts';

/** What the comparison reads of a release as `GET /v1/apps/{app}/releases` gives it. */
export interface ReportedRelease {
  release: string;
  devices: {
    installed: number;
    presumed: number;
    healed: number;
    failed: number;
    silent: number;
    in_progress: number;
    excluded: number;
  };
  success_rate: { numerator: number; denominator: number };
  /** Devices by error code; where it is absent, reasons are not compared. */
  reasons?: Record<string, number>;
}

/**
 * Every difference between what a fleet did and what the server reports, as sentences; empty when they agree.
 * Releases that the server knows and nobody enrolled in are no difference: phones that only check name one too.
 */
export function compare(
  ledger: Ledger,
  reported: readonly ReportedRelease[],
  reading: 'settled' | 'young' = 'settled',
): string[] {
  const differences: string[] = [];
  if (ledger.unfinished > 0)
    differences.push(`${ledger.unfinished} devices did not finish: the ledger cannot be compared`);
  for (const [code, count] of Object.entries(ledger.events.refused)) {
    differences.push(`${count} events were refused with ${code}`);
  }
  const names = new Set([...ledger.releases, ...reported].map((each) => each.release));
  for (const name of names) {
    const release = ledger.releases.find((each) => each.release === name);
    const expected = release?.[reading];
    const actual = reported.find((each) => each.release === name);
    for (const field of fields) {
      const should = expected?.[field] ?? 0;
      const is = actual === undefined ? 0 : reportedField(actual, field);
      if (should !== is) differences.push(`${ledger.app_id} ${name} ${field}: expected ${should}, reported ${is}`);
    }
    if (actual?.reasons === undefined) continue;
    for (const code of new Set([...Object.keys(release?.reasons[reading] ?? {}), ...Object.keys(actual.reasons)])) {
      const [should, is] = [release?.reasons[reading][code] ?? 0, actual.reasons[code] ?? 0];
      if (should !== is)
        differences.push(`${ledger.app_id} ${name} reason ${code}: expected ${should}, reported ${is}`);
    }
  }
  return differences;
}

const fields = [
  'installed',
  'presumed',
  'healed',
  'failed',
  'silent',
  'in_progress',
  'excluded',
  'numerator',
  'denominator',
] as const satisfies readonly (keyof ReleaseCounts)[];

function reportedField(release: ReportedRelease, field: keyof ReleaseCounts): number {
  if (field === 'numerator' || field === 'denominator') return release.success_rate[field];
  return release.devices[field];
}
