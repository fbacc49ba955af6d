import type { Plan } from './plan.ts';
import type { Outcome } from './stories.ts';

/** Devices of one release by outcome, as they must be counted. `installed` includes `presumed`. */
export interface ReleaseCounts {
  installed: number;
  presumed: number;
  healed: number;
  failed: number;
  silent: number;
  in_progress: number;
  excluded: number;
  numerator: number;
  denominator: number;
}

export interface ReleaseLedger {
  release: string;
  /** Read with confirm and silence time 1 s, at least 2 s after the last event: every waiting time is over. */
  settled: ReleaseCounts;
  /** Read with confirm and silence time a day: none is over. */
  young: ReleaseCounts;
  /** By reading: devices, excluded ones left out, that failed and reported a failure with this code. */
  reasons: Record<'settled' | 'young', Record<string, number>>;
  /** Devices, excluded ones left out, with a failure that names only this release as the running one. */
  unattributed: number;
}

/** What a run must have left behind. Written by the fleet's own script; no rule of the product is used for it. */
export interface Ledger {
  version: 1;
  seed: number;
  app_id: string;
  readings: Record<'settled' | 'young', { confirm_seconds: number; silence_seconds: number }>;
  releases: ReleaseLedger[];
  /** Devices, excluded ones too, with a failure that names no release it was about. */
  unattributed: number;
  /** `devices` finished their stories; `unfinished` were cut off, and make the counts void. */
  devices: number;
  unfinished: number;
  /** `acked` counts every acknowledged event, repeats included; `distinct` each event once. */
  events: { acked: number; distinct: number; refused: Record<string, number> };
  requests: { acked: number; retried: number };
}

export const readings: Ledger['readings'] = {
  settled: { confirm_seconds: 1, silence_seconds: 1 },
  young: { confirm_seconds: 86_400, silence_seconds: 86_400 },
};

export interface LedgerBook {
  /** A phone began its story: unfinished until `finish`. */
  begin(): void;
  finish(plan: Plan): void;
  acked(events: number, repeat: boolean): void;
  refused(code: string): void;
  retried(): void;
  ledger(): Ledger;
}

export function createLedgerBook(seed: number, appId: string): LedgerBook {
  const releases = new Map<string, ReleaseLedger>();
  const events: Ledger['events'] = { acked: 0, distinct: 0, refused: {} };
  const requests = { acked: 0, retried: 0 };
  let unattributed = 0;
  let begun = 0;
  let finished = 0;

  function of(release: string): ReleaseLedger {
    let entry = releases.get(release);
    if (entry === undefined) {
      entry = {
        release,
        settled: emptyCounts(),
        young: emptyCounts(),
        reasons: { settled: {}, young: {} },
        unattributed: 0,
      };
      releases.set(release, entry);
    }
    return entry;
  }

  return {
    begin: () => void (begun += 1),
    finish(plan) {
      finished += 1;
      if (plan.chapters.some(({ story }) => story.unattributed === true)) unattributed += 1;
      const counted = plan.phone.isProduction && !plan.phone.isEmulator;
      for (const { release, previous, story } of plan.chapters) {
        if (story.unattributed === true) {
          if (counted) of(previous).unattributed += 1;
          continue;
        }
        if (story.settled === 'none') continue;
        const entry = of(release);
        if (!counted) {
          entry.settled.excluded += 1;
          entry.young.excluded += 1;
          continue;
        }
        count(entry.settled, story.settled, story.presumed === true);
        count(entry.young, story.young, false);
        const codes = new Set(story.requests.flat().flatMap((step) => step.code ?? []));
        for (const reading of ['settled', 'young'] as const) {
          // A crash after the proof, or long after the activation, is no failure of the update and no reason for one.
          if (story[reading] !== 'failed' && story[reading] !== 'healed') continue;
          const reasons = entry.reasons[reading];
          for (const code of codes) reasons[code] = (reasons[code] ?? 0) + 1;
        }
      }
    },
    acked(number, repeat) {
      requests.acked += 1;
      events.acked += number;
      if (!repeat) events.distinct += number;
    },
    refused: (code) => void (events.refused[code] = (events.refused[code] ?? 0) + 1),
    retried: () => void (requests.retried += 1),
    ledger: () => ({
      version: 1,
      seed,
      app_id: appId,
      readings,
      releases: [...releases.values()].sort((left, right) => (left.release < right.release ? -1 : 1)),
      unattributed,
      devices: finished,
      unfinished: begun - finished,
      events: structuredClone(events),
      requests: { ...requests },
    }),
  };
}

function emptyCounts(): ReleaseCounts {
  return {
    installed: 0,
    presumed: 0,
    healed: 0,
    failed: 0,
    silent: 0,
    in_progress: 0,
    excluded: 0,
    numerator: 0,
    denominator: 0,
  };
}

function count(counts: ReleaseCounts, outcome: Outcome, presumed: boolean): void {
  if (outcome === 'none') return;
  counts[outcome] += 1;
  if (presumed) counts.presumed += 1;
  if (outcome === 'installed' || outcome === 'healed') counts.numerator += 1;
  if (outcome === 'installed' || outcome === 'healed' || outcome === 'failed') counts.denominator += 1;
}
