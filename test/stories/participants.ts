import { onePhone, tell, type Phone, type Story } from './story.ts';

const emulator = { is_emulator: true };
const debugBuild = { is_production: false };
const beta = { channel: 'beta' };
const unknownTarget = { release: '', error_code: 'download_failed' };

const repeated: Phone['posts'] = [
  [tell('download_started', 0)],
  [tell('download_failed', 3)],
  [tell('activated', 9), tell('install_completed', 10)],
];

/** Who takes part in a release, and on which side of the filters. */
export const participants: Story[] = [
  onePhone(
    'only checks, and is offered the release: nobody takes part',
    'only-offered',
    [[tell('update_checked', 0), tell('update_offered', 1)]],
    { settled: {}, young: {} },
  ),
  onePhone('only crashes on a release it never reported to install', 'only-crashed', [[tell('app_crashed', 1)]], {
    settled: {},
    young: {},
  }),
  onePhone('a word from a newer client makes nobody take part', 'newer-client', [[tell('bundle_hibernated', 1)]], {
    settled: {},
    young: {},
  }),
  onePhone(
    'a word from a newer client changes no outcome',
    'newer-client-installed',
    [[tell('install_completed', 1)], [tell('bundle_hibernated', 2)]],
    { settled: { installed: 1 }, young: { installed: 1 } },
  ),
  onePhone(
    'a failure that names only the running bundle is charged to nobody',
    'unattributed',
    [
      [tell('install_completed', 1)],
      [tell('download_failed', 9, { ...unknownTarget, previous_release: 'unattributed' })],
    ],
    { settled: { installed: 1 }, young: { installed: 1 }, unattributed: 1 },
  ),
  onePhone(
    'a detail event that does name the target is charged, the one that does not is not charged again',
    'attributed',
    [
      [tell('download_failed', 9, { ...unknownTarget, previous_release: 'confirmed' })],
      [tell('download_failed', 9, { error_code: 'checksum_failed' })],
    ],
    { settled: { failed: 1, harmed: 1 }, young: { failed: 1, harmed: 1 }, unattributed: 1 },
  ),
  onePhone(
    'an emulator is excluded',
    'emulator',
    [[tell('download_started', 0, emulator)], [tell('install_failed', 4, emulator)]],
    { settled: { excluded: 1 }, young: { excluded: 1 }, included: { failed: 1, harmed: 1 } },
  ),
  onePhone('a debug build is excluded', 'debug-build', [[tell('install_completed', 4, debugBuild)]], {
    settled: { excluded: 1 },
    young: { excluded: 1 },
    included: { installed: 1 },
  }),
  onePhone(
    'a debug build on an emulator is excluded once',
    'debug-emulator',
    [[tell('activated', 4, { ...debugBuild, ...emulator })]],
    { settled: { excluded: 1 }, young: { excluded: 1 }, included: { installed: 1, presumed: 1 } },
  ),
  onePhone(
    'what a phone was at enrolment counts, not what it says later',
    'becomes-emulator',
    [[tell('download_started', 0)], [tell('install_failed', 4, emulator)]],
    { settled: { failed: 1, harmed: 1 }, young: { failed: 1, harmed: 1 } },
  ),
  onePhone(
    'an emulator at enrolment stays one',
    'was-emulator',
    [[tell('download_started', 0, emulator)], [tell('install_failed', 4)]],
    { settled: { excluded: 1 }, young: { excluded: 1 }, included: { failed: 1, harmed: 1 } },
  ),
  {
    name: 'the enrolling event is the one received first, not the one with the oldest clock',
    release: 'enrolled-by-receipt',
    phones: [{ posts: [[tell('install_completed', 9)], [tell('download_started', 0, emulator)]] }],
    settled: { installed: 1 },
    young: { installed: 1 },
  },
  {
    name: 'a phone on beta and one on production: the filter shows the one',
    release: 'two-channels',
    phones: [{ posts: [[tell('install_completed', 1, beta)]] }, { posts: [[tell('install_failed', 1)]] }],
    settled: { installed: 1, failed: 1, harmed: 1 },
    young: { installed: 1, failed: 1, harmed: 1 },
    beta: { installed: 1 },
  },
  onePhone(
    'a phone that changes its channel stays on that of its enrolment',
    'channel-left',
    [[tell('download_started', 1, beta)], [tell('install_failed', 2)]],
    { settled: { failed: 1, harmed: 1 }, young: { failed: 1, harmed: 1 }, beta: { failed: 1, harmed: 1 } },
  ),
  {
    name: 'an emulator on beta is excluded there as well',
    release: 'beta-emulator',
    phones: [{ posts: [[tell('rolled_back', 1, { ...beta, ...emulator })]] }],
    settled: { excluded: 1 },
    young: { excluded: 1 },
    included: { failed: 1, harmed: 1 },
    beta: { excluded: 1 },
  },
  {
    name: 'each event three times, the old ones once more after the new ones',
    release: 'retried',
    phones: [{ posts: [...repeated, ...repeated, ...repeated] }],
    settled: { healed: 1 },
    young: { healed: 1 },
  },
  {
    name: 'a phone that fails on one release',
    release: 'two-releases/1',
    phones: [{ device: 'two-releases', posts: [[tell('activated', 1)], [tell('rolled_back', 3)]] }],
    settled: { failed: 1, harmed: 1 },
    young: { failed: 1, harmed: 1 },
  },
  {
    name: 'the same phone on the next release',
    release: 'two-releases/2',
    phones: [{ device: 'two-releases', posts: [[tell('activated', 2)], [tell('install_completed', 4)]] }],
    settled: { installed: 1 },
    young: { installed: 1 },
  },
];
