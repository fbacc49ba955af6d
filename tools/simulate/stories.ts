import type { Random } from './random.ts';

/** What one step of a story reports. `unknownTarget`: the failure does not say which bundle was tried. */
export interface Step {
  /** Since the story's begin, ms, on the device's clock. */
  at: number;
  kind: string;
  code?: string;
  durationMs?: number;
  bytes?: number;
  progress?: number;
  unknownTarget?: true;
}

export type Outcome = 'installed' | 'healed' | 'failed' | 'silent' | 'in_progress' | 'none';

/**
 * One device living through one release, and what must be counted for it.
 *
 * The outcome is said by whoever wrote the story, not computed from its steps: `settled` once every waiting time is over
 * (confirm time 1 s, silence time 1 s), `young` while none is (both a day). `presumed`: installed without a proof.
 * Requests are what the phone sends together; `clockless` says that the outcome also holds when all of it comes at once
 * without any device clock.
 */
export interface Story {
  name: string;
  requests: Step[][];
  settled: Outcome;
  young: Outcome;
  presumed?: true;
  unattributed?: true;
  clockless?: true;
}

export interface Failure {
  code: string;
  kind: 'download_failed' | 'install_failed' | 'rolled_back';
  share: number;
}

/** Why updates fail in the field, in percent of failing devices: the mix an update service has published. */
export const failureMix: readonly Failure[] = [
  { code: 'download_manifest_file_failed', kind: 'download_failed', share: 37.7 },
  { code: 'download_failed', kind: 'download_failed', share: 29.3 },
  { code: 'backend_refused', kind: 'download_failed', share: 16.4 },
  { code: 'update_failed', kind: 'rolled_back', share: 7.3 },
  { code: 'finish_download_failed', kind: 'install_failed', share: 3.4 },
  { code: 'checksum_failed', kind: 'download_failed', share: 3.3 },
  { code: 'unzip_failed', kind: 'install_failed', share: 1.9 },
];

export function pickFailure(random: Random): Failure {
  return random.pick(failureMix, (failure) => failure.share);
}

const crash = 'native_crash';

/** The beginning of every update: the check and the download. `took` is the download's length, ms. */
function download(random: Random): { steps: Step[]; begun: Step; took: number } {
  const took = random.integer(400, 7000);
  const begun = { at: 200, kind: 'download_started' };
  const steps: Step[] = [begun];
  if (random.chance(0.2)) steps.push({ at: 200 + Math.floor(took / 2), kind: 'download_progressed', progress: 50 });
  steps.push({
    at: 200 + took,
    kind: 'download_completed',
    durationMs: took,
    bytes: random.integer(300_000, 9_000_000),
  });
  return { steps, begun, took };
}

/** A device that ends on this failure, in the way that such a failure comes about. */
export function failing(random: Random, failure: Failure): Story {
  const { steps, begun, took } = download(random);
  const fail: Step = { at: 400 + took, kind: failure.kind, code: failure.code };
  const common = { name: failure.kind, settled: 'failed', young: 'failed', clockless: true } as const;
  if (failure.kind === 'download_failed') return { ...common, requests: [[begun], [fail]] };
  if (failure.kind === 'install_failed') return { ...common, requests: [steps, [fail]] };
  const activated: Step = { at: 300 + took, kind: 'activated' };
  return { ...common, requests: [steps, [activated], [{ ...fail, at: activated.at + 10_000 }]] };
}

/** Stories that end well, each with its share of the devices that end well. */
const goodEndings: readonly { share: number; tell: (random: Random) => Story }[] = [
  {
    share: 74,
    tell(random) {
      const { steps, took } = download(random);
      const activated: Step = { at: 300 + took, kind: 'activated' };
      const proof: Step = { at: 900 + took, kind: 'install_completed' };
      const requests = random.chance(0.5) ? [steps, [activated, proof]] : [[...steps, activated], [proof]];
      return { name: 'installed', requests, settled: 'installed', young: 'installed', clockless: true };
    },
  },
  {
    share: 9,
    tell(random) {
      const { steps, took } = download(random);
      const requests = [steps, [{ at: 300 + took, kind: 'activated' }]];
      return {
        name: 'never_confirms',
        requests,
        settled: 'installed',
        young: 'in_progress',
        presumed: true,
        clockless: true,
      };
    },
  },
  {
    share: 8,
    tell(random) {
      const { steps, begun, took } = download(random);
      const failure = random.pick(failureMix, (each) => (each.kind === 'rolled_back' ? 0 : each.share));
      const again = steps.map((step) => ({ ...step, at: step.at + took + 3000 }));
      const done = again.at(-1)!.at;
      const requests = [
        [begun, { at: 150 + took, kind: failure.kind, code: failure.code }],
        again,
        [
          { at: done + 100, kind: 'activated' },
          { at: done + 900, kind: 'install_completed' },
        ],
      ];
      return { name: 'second_try', requests, settled: 'healed', young: 'healed' };
    },
  },
  {
    share: 2,
    tell(random) {
      const { steps, took } = download(random);
      const at = 300 + took;
      const requests = [
        [...steps, { at, kind: 'activated' }],
        [{ at: at + 10_000, kind: 'rolled_back', code: 'update_failed' }],
        [
          { at: at + 20_000, kind: 'activated' },
          { at: at + 21_000, kind: 'install_completed' },
        ],
      ];
      return { name: 'rolled_back_then_installed', requests, settled: 'healed', young: 'healed' };
    },
  },
  {
    share: 2,
    // Failure and success carry the same millisecond: the life cycle says which came last.
    tell(random) {
      const { begun, took } = download(random);
      const at = 300 + took;
      const requests = [
        [begun, { at, kind: 'download_failed', code: 'download_failed' }, { at, kind: 'install_completed' }],
      ];
      return { name: 'same_millisecond', requests, settled: 'healed', young: 'healed', clockless: true };
    },
  },
  {
    share: 2,
    tell(random) {
      const { steps, took } = download(random);
      const at = 300 + took;
      const requests = [
        [...steps, { at, kind: 'activated' }, { at: at + 400, kind: 'install_completed' }],
        [{ at: at + 900, kind: 'app_crashed', code: crash }],
      ];
      return { name: 'crash_after_proof', requests, settled: 'installed', young: 'installed' };
    },
  },
  {
    share: 2,
    // Five seconds after the activation: outside a confirm time of a second, inside one of a day.
    tell(random) {
      const { steps, took } = download(random);
      const at = 300 + took;
      const requests = [[...steps, { at, kind: 'activated' }], [{ at: at + 5000, kind: 'app_crashed', code: crash }]];
      return { name: 'late_crash', requests, settled: 'installed', young: 'failed', presumed: true };
    },
  },
  {
    share: 1,
    tell(random) {
      const { took } = download(random);
      return {
        name: 'proof_only',
        requests: [[{ at: took, kind: 'install_completed' }]],
        settled: 'installed',
        young: 'installed',
        clockless: true,
      };
    },
  },
];

const badEndings: readonly { share: number; tell: (random: Random) => Story }[] = [
  { share: 88, tell: (random) => failing(random, pickFailure(random)) },
  {
    share: 5,
    tell(random) {
      const { steps, took } = download(random);
      const at = 300 + took;
      const requests = [[...steps, { at, kind: 'activated' }], [{ at: at + 500, kind: 'app_crashed', code: crash }]];
      return { name: 'crash_before_proof', requests, settled: 'failed', young: 'failed' };
    },
  },
  {
    share: 4,
    tell(random) {
      const { steps, took } = download(random);
      const at = 300 + took;
      const requests = [
        [...steps, { at, kind: 'activated' }, { at: at + 700, kind: 'install_completed' }],
        [{ at: at + 60_000, kind: 'rolled_back', code: 'update_failed' }],
      ];
      return { name: 'regressed', requests, settled: 'failed', young: 'failed' };
    },
  },
  {
    share: 3,
    tell(random) {
      const { begun, took } = download(random);
      const fail = { kind: 'download_failed', code: 'download_failed' };
      const requests = [
        [begun, { ...fail, at: took }],
        [
          { ...begun, at: took + 4000 },
          { ...fail, at: 2 * took + 4000 },
        ],
      ];
      return { name: 'failed_twice', requests, settled: 'failed', young: 'failed' };
    },
  },
];

/** A phone that begins and is never heard of again. */
function silent(random: Random): Story {
  const { steps, begun } = download(random);
  const requests = [random.chance(0.5) ? [begun] : steps];
  return { name: 'silent', requests, settled: 'silent', young: 'in_progress', clockless: true };
}

/** A phone that only looks for updates and starts its app: it can neither fail nor succeed. */
function idle(random: Random): Story {
  const requests = [[{ at: 100, kind: 'update_checked' }]];
  if (random.chance(0.5)) requests.push([{ at: 5000, kind: 'other' }]);
  return { name: 'idle', requests, settled: 'none', young: 'none', clockless: true };
}

/** A failure that names only the running bundle: shown apart and charged to nobody. */
function unattributed(random: Random): Story {
  const step: Step = {
    at: random.integer(300, 5000),
    kind: 'download_failed',
    code: 'download_failed',
    unknownTarget: true,
  };
  return {
    name: 'unattributed',
    requests: [[step]],
    settled: 'none',
    young: 'none',
    unattributed: true,
    clockless: true,
  };
}

/** A life for a device whose update succeeds with this probability. */
export function tellStory(random: Random, success: number): Story {
  const draw = random.next();
  if (draw < 0.03) return silent(random);
  if (draw < 0.06) return idle(random);
  if (draw < 0.08) return unattributed(random);
  const endings = random.chance(success) ? goodEndings : badEndings;
  return random.pick(endings, (each) => each.share).tell(random);
}
