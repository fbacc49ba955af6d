import { setTimeout as delay } from 'node:timers/promises';
import { compare, type ReportedRelease } from './compare.ts';
import { readings, type Ledger } from './ledger.ts';

/** The operator API of the server that a fleet reports to. */
export interface OperatorApi {
  url: string;
  key: string;
}

export class CheckError extends Error {
  override readonly name = 'CheckError';
}

/** Throws a CheckError when the app has releases already: their devices would be counted with the fleet's. */
export async function requireNewApp(api: OperatorApi, app: string): Promise<void> {
  const { releases } = await ask<{ releases: unknown[] }>(api, `/v1/apps/${encodeURIComponent(app)}/releases`);
  if (releases.length === 0) return;
  throw new CheckError(`The server already counts devices of ${app}: choose another --app for a fleet to be checked.`);
}

/**
 * Where the API's counts differ from the ledger, in both readings and down to the reasons; empty when they agree. What was
 * acknowledged may not be stored yet, so a difference counts only once the API has stood still for `patienceMs`.
 */
export async function checkLedger(ledger: Ledger, api: OperatorApi, patienceMs = 15_000): Promise<string[]> {
  const found: string[] = [];
  for (const reading of ['settled', 'young'] as const) {
    let deadline = Date.now() + patienceMs;
    let before = '';
    for (;;) {
      const report = await readReport(api, ledger, reading);
      const differences = compare(ledger, report.releases, reading);
      if (report.unattributed !== ledger.unattributed) {
        differences.push(
          `${ledger.app_id} unattributed: expected ${ledger.unattributed}, reported ${report.unattributed}`,
        );
      }
      if (JSON.stringify(report) !== before) deadline = Date.now() + patienceMs;
      before = JSON.stringify(report);
      if (differences.length === 0) break;
      if (Date.now() >= deadline) {
        found.push(...differences.map((each) => `${reading}: ${each}`));
        break;
      }
      await delay(500);
    }
  }
  return found;
}

interface Report {
  releases: ReportedRelease[];
  unattributed: number;
}

async function readReport(api: OperatorApi, ledger: Ledger, reading: keyof Ledger['readings']): Promise<Report> {
  const { confirm_seconds, silence_seconds } = readings[reading];
  const query = `confirm_seconds=${confirm_seconds}&silence_seconds=${silence_seconds}`;
  const path = `/v1/apps/${encodeURIComponent(ledger.app_id)}/releases`;
  const report = await ask<Report>(api, `${path}?${query}`);
  const releases: ReportedRelease[] = [];
  for (const { release, devices, success_rate } of report.releases) {
    const reasons: Record<string, number> = {};
    const answer = await ask<{ errors: { error_code: string; devices: number }[] }>(
      api,
      `${path}/${encodeURIComponent(release)}/errors?${query}`,
    );
    for (const { error_code, devices } of answer.errors) reasons[error_code] = (reasons[error_code] ?? 0) + devices;
    releases.push({ release, devices, success_rate, reasons });
  }
  return { releases, unattributed: report.unattributed };
}

async function ask<Body>(api: OperatorApi, path: string): Promise<Body> {
  const answer = await fetch(api.url + path, { headers: { authorization: `Bearer ${api.key}` } }).catch(
    (error: unknown) => {
      throw new CheckError(`The operator API at ${api.url} does not answer.`, { cause: error });
    },
  );
  if (answer.ok) return (await answer.json()) as Body;
  const { code = '', detail = '' } = (await answer.json().catch(() => ({}))) as { code?: string; detail?: string };
  throw new CheckError(`The operator API at ${api.url} answered ${answer.status} ${code}: ${detail}`);
}
