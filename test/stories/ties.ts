import { onePhone, tell, type Counts, type Story } from './story.ts';

/**
 * Two events of the same millisecond, of which the life cycle says the order: download_failed < install_failed < activated
 * < install_completed < rolled_back < app_crashed. All its pairs, the one that comes first in it written first.
 */
const pairs: [earlier: string, later: string, settled: Counts, young?: Counts][] = [
  ['download_failed', 'install_failed', { failed: 1, harmed: 1 }],
  ['download_failed', 'activated', { healed: 1 }, { failed: 1 }],
  ['download_failed', 'install_completed', { healed: 1 }],
  ['download_failed', 'rolled_back', { failed: 1, harmed: 1 }],
  ['download_failed', 'app_crashed', { failed: 1 }],
  ['install_failed', 'activated', { healed: 1, harmed: 1 }, { failed: 1, harmed: 1 }],
  ['install_failed', 'install_completed', { healed: 1, harmed: 1 }],
  ['install_failed', 'rolled_back', { failed: 1, harmed: 1 }],
  ['install_failed', 'app_crashed', { failed: 1, harmed: 1 }],
  ['activated', 'install_completed', { installed: 1 }],
  ['activated', 'rolled_back', { failed: 1, harmed: 1 }],
  ['activated', 'app_crashed', { failed: 1, harmed: 1 }],
  ['install_completed', 'rolled_back', { failed: 1, harmed: 1 }],
  ['install_completed', 'app_crashed', { installed: 1 }],
  ['rolled_back', 'app_crashed', { failed: 1, harmed: 1 }],
];

const twice = (counts: Counts): Counts =>
  Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, 2 * (count as number)]));

/** Each pair on two phones, posted in either order: the order of the request says nothing. */
export const ties: Story[] = [
  ...pairs.map(([earlier, later, settled, young = settled]): Story => {
    const [first, second] = [tell(earlier, 7), tell(later, 7)];
    return {
      name: `${earlier} and ${later} in the same millisecond`,
      release: `tie/${earlier}/${later}`,
      phones: [{ posts: [[first, second]] }, { posts: [[second, first]] }],
      settled: twice(settled),
      young: twice(young),
    };
  }),
  onePhone(
    'activated, proven and crashed in the same millisecond, posted backwards',
    'tie/proven',
    [[tell('app_crashed', 7), tell('install_completed', 7), tell('activated', 7)]],
    { settled: { installed: 1 }, young: { installed: 1 } },
  ),
];
