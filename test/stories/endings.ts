import { onePhone, tell, type Story } from './story.ts';

const network = { error_code: 'connection_reset' };
const integrity = { error_code: 'checksum_failed' };

/** How an update ends, in order, out of order and more than once. */
export const endings: Story[] = [
  onePhone(
    'downloaded, activated, confirmed',
    'confirmed',
    [
      [tell('download_started', 0), tell('download_completed', 5)],
      [tell('activated', 6), tell('install_completed', 8)],
    ],
    { settled: { installed: 1 }, young: { installed: 1 } },
  ),
  onePhone('says nothing but that it runs', 'proof-only', [[tell('install_completed', 8)]], {
    settled: { installed: 1 },
    young: { installed: 1 },
  }),
  onePhone(
    'activated and never confirmed: presumed once the confirm time is over',
    'presumed',
    [[tell('download_started', 0)], [tell('activated', 6)]],
    {
      settled: { installed: 1, presumed: 1 },
      confirmOver: { installed: 1, presumed: 1 },
      young: { in_progress: 1 },
      silenceOver: { silent: 1 },
    },
  ),
  onePhone('began, and is not heard of again', 'silent', [[tell('download_started', 0)]], {
    settled: { silent: 1 },
    confirmOver: { in_progress: 1 },
    young: { in_progress: 1 },
    silenceOver: { silent: 1 },
  }),
  onePhone('has the bundle and does not activate it', 'not-activated', [[tell('download_completed', 5)]], {
    settled: { silent: 1 },
    confirmOver: { in_progress: 1 },
    young: { in_progress: 1 },
  }),
  onePhone(
    'fails to install, then nothing',
    'install-failed',
    [[tell('download_completed', 5)], [tell('install_failed', 6, { error_code: 'unzip_failed' })]],
    { settled: { failed: 1, harmed: 1 }, young: { failed: 1, harmed: 1 } },
  ),
  onePhone(
    'fails on its network: failed, and no harm',
    'network-failure',
    [[tell('download_started', 0)], [tell('download_failed', 4, network)]],
    { settled: { failed: 1 }, young: { failed: 1 } },
  ),
  onePhone(
    'downloads a broken bundle: failed, and harm',
    'integrity-failure',
    [[tell('download_started', 0)], [tell('download_failed', 4, integrity)]],
    { settled: { failed: 1, harmed: 1 }, young: { failed: 1, harmed: 1 } },
  ),
  onePhone(
    'a broken bundle first, then installed: healed, and the harm stays',
    'integrity-healed',
    [[tell('download_failed', 4, integrity)], [tell('activated', 20), tell('install_completed', 22)]],
    { settled: { healed: 1, harmed: 1 }, young: { healed: 1, harmed: 1 } },
  ),
  onePhone(
    'fails on its network, tries again, and is installed',
    'healed',
    [[tell('download_failed', 4, network)], [tell('download_completed', 15)], [tell('install_completed', 22)]],
    { settled: { healed: 1 }, young: { healed: 1 } },
  ),
  onePhone(
    'fails, tries again, and never confirms: healed once the confirm time is over',
    'healed-presumed',
    [[tell('download_failed', 4, network)], [tell('download_completed', 15), tell('activated', 16)]],
    { settled: { healed: 1 }, young: { failed: 1 } },
  ),
  onePhone(
    'fails, tries again, and is not heard of: the failure is its last word',
    'tries-again',
    [[tell('download_failed', 4, network)], [tell('download_started', 15)]],
    { settled: { failed: 1 }, young: { failed: 1 } },
  ),
  onePhone(
    'the success is posted before the older failure',
    'healed-out-of-order',
    [[tell('install_completed', 22)], [tell('install_failed', 6)], [tell('download_completed', 5)]],
    { settled: { healed: 1, harmed: 1 }, young: { healed: 1, harmed: 1 } },
  ),
  onePhone(
    'the failure is posted before the older success',
    'failed-out-of-order',
    [[tell('rolled_back', 30)], [tell('install_completed', 22)], [tell('activated', 20)]],
    { settled: { failed: 1, harmed: 1 }, young: { failed: 1, harmed: 1 } },
  ),
  onePhone(
    'confirmed, and rolled back an hour later',
    'regressed',
    [[tell('activated', 20), tell('install_completed', 22)], [tell('rolled_back', 3622)]],
    { settled: { failed: 1, harmed: 1 }, young: { failed: 1, harmed: 1 } },
  ),
  onePhone(
    'presumed, and rolled back an hour later',
    'presumed-regressed',
    [[tell('activated', 20)], [tell('rolled_back', 3620)]],
    { settled: { failed: 1, harmed: 1 }, young: { failed: 1, harmed: 1 } },
  ),
  onePhone(
    'rolled back twice, and installed the third time',
    'third-time',
    [
      [tell('activated', 10), tell('rolled_back', 12)],
      [tell('activated', 20), tell('rolled_back', 22)],
      [tell('activated', 30), tell('install_completed', 31)],
    ],
    { settled: { healed: 1, harmed: 1 }, young: { healed: 1, harmed: 1 } },
  ),
  {
    name: 'eight phones and every ending: nobody is counted twice, and silent ones are in no rate',
    release: 'crowd',
    phones: [
      { posts: [[tell('install_completed', 1)]] },
      { posts: [[tell('activated', 1)], [tell('install_completed', 2)]] },
      { posts: [[tell('activated', 1)]] },
      { posts: [[tell('download_failed', 1, network)], [tell('install_completed', 2)]] },
      { posts: [[tell('install_failed', 1)]] },
      { posts: [[tell('download_started', 1)]] },
      { posts: [[tell('download_progressed', 1, { progress: 50 })]] },
      { posts: [[tell('rolled_back', 1, { is_emulator: true })]] },
    ],
    settled: { installed: 3, presumed: 1, healed: 1, failed: 1, silent: 2, excluded: 1, harmed: 1 },
    young: { installed: 2, healed: 1, failed: 1, in_progress: 3, excluded: 1, harmed: 1 },
    included: { installed: 3, presumed: 1, healed: 1, failed: 2, silent: 2, harmed: 2 },
  },
];
