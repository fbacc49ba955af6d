import { onePhone, shortSeconds, tell, type Story } from './story.ts';

const crash = (at: number | null): ReturnType<typeof tell> => tell('app_crashed', at, { error_code: 'native_crash' });

/** A crash is charged after an activation of the release, before its proof, and within the confirm time; else not. */
export const crashes: Story[] = [
  onePhone(
    'crashes after the activation and before any proof',
    'crash-before-proof',
    [[tell('activated', 10)], [crash(10.5)]],
    { settled: { failed: 1, harmed: 1 }, young: { failed: 1, harmed: 1 } },
  ),
  onePhone(
    'crashes before the proof, and confirms at the next start',
    'crash-then-proof',
    [[tell('activated', 10)], [crash(10.5)], [tell('install_completed', 12)]],
    { settled: { healed: 1, harmed: 1 }, young: { healed: 1, harmed: 1 } },
  ),
  onePhone(
    'crashes before the proof, and all of it comes in one request',
    'crash-then-proof-at-once',
    [[tell('activated', 10), crash(10.5), tell('install_completed', 12)]],
    { settled: { healed: 1, harmed: 1 }, young: { healed: 1, harmed: 1 } },
  ),
  onePhone(
    'crashes after the proof: still installed, and no harm',
    'crash-after-proof',
    [[tell('activated', 10), tell('install_completed', 10.2)], [crash(10.5)]],
    { settled: { installed: 1 }, young: { installed: 1 } },
  ),
  onePhone(
    'crashes after the proof, and all of it comes in one request',
    'crash-after-proof-at-once',
    [[tell('activated', 10), tell('install_completed', 10.2), crash(10.5)]],
    { settled: { installed: 1 }, young: { installed: 1 } },
  ),
  onePhone(
    'crashes before the release was active: not its fault',
    'crash-before-activation',
    [[tell('download_completed', 5)], [crash(6)], [tell('activated', 10)]],
    { settled: { installed: 1, presumed: 1 }, young: { in_progress: 1 } },
  ),
  onePhone(
    'crashes before the release was active, and all of it comes in one request',
    'crash-before-activation-at-once',
    [[tell('download_completed', 5), crash(6), tell('activated', 10)]],
    { settled: { installed: 1, presumed: 1 }, young: { in_progress: 1 } },
  ),
  onePhone(
    'has the bundle and crashes, but never activates it',
    'crash-without-activation',
    [[tell('download_completed', 5)], [crash(6)]],
    { settled: { silent: 1 }, young: { in_progress: 1 } },
  ),
  {
    name: 'crashes long after the activation: within a confirm time of a day only',
    release: 'crash-beyond-confirm',
    phones: [{ posts: [[tell('activated', 10)]], later: [[crash(15)]] }],
    settled: { installed: 1, presumed: 1 },
    young: { failed: 1, harmed: 1 },
  },
  onePhone(
    'crashes long after the activation, and both come in one request',
    'crash-beyond-confirm-at-once',
    [[tell('activated', 10), crash(15)]],
    { settled: { installed: 1, presumed: 1 }, young: { failed: 1, harmed: 1 } },
  ),
  onePhone(
    'crashes before the proof, and the proof is posted first',
    'crash-out-of-order',
    [[tell('activated', 10), tell('install_completed', 12)], [crash(10.5)]],
    { settled: { healed: 1, harmed: 1 }, young: { healed: 1, harmed: 1 } },
  ),
  onePhone(
    'crashes after the proof, and the crash is posted first: harm that was seen stays, the outcome is put right',
    'proof-out-of-order',
    [[tell('activated', 10)], [crash(10.5)], [tell('install_completed', 10.2)]],
    { settled: { installed: 1, harmed: 1 }, young: { installed: 1, harmed: 1 } },
  ),
  onePhone(
    'a millisecond before the confirm time is over, by the device',
    'crash-at-the-last-moment',
    [[tell('activated', 10)], [crash(9.999 + shortSeconds)]],
    { settled: { failed: 1, harmed: 1 }, young: { failed: 1, harmed: 1 } },
  ),
  {
    name: 'crashes just when the confirm time is over',
    release: 'crash-at-the-end',
    phones: [{ posts: [[tell('activated', 10)]], later: [[crash(10 + shortSeconds)]] }],
    settled: { installed: 1, presumed: 1 },
    young: { failed: 1, harmed: 1 },
  },
  onePhone(
    'crashes in a row until the app is rolled back',
    'crash-loop',
    [[tell('activated', 10)], [crash(10.1), crash(10.2), crash(10.3)], [tell('rolled_back', 12)]],
    { settled: { failed: 1, harmed: 1 }, young: { failed: 1, harmed: 1 } },
  ),
  onePhone(
    'crashes in the second activation, after the first was rolled back',
    'crash-in-second-activation',
    [[tell('activated', 10), tell('rolled_back', 12)], [tell('activated', 100)], [crash(100.5)]],
    { settled: { failed: 1, harmed: 1 }, young: { failed: 1, harmed: 1 } },
  ),
];
