import { onePhone, tell, type Story } from './story.ts';

const at1970 = (seconds: number): { occurred_at: number } => ({ occurred_at: seconds * 1000 });
const at2100 = (seconds: number): { occurred_at: number } => ({ occurred_at: Date.UTC(2100, 0, 1) + seconds * 1000 });

/** Only the order of a device's own clock counts, however wrong it is; without a clock, the order of receipt. */
export const clocks: Story[] = [
  onePhone(
    'a clock that stands at 1970, posted out of order',
    'clock-1970',
    [[tell('install_completed', null, at1970(9))], [tell('install_failed', null, at1970(3))]],
    { settled: { healed: 1, harmed: 1 }, young: { healed: 1, harmed: 1 } },
  ),
  onePhone(
    'a clock that begins at 1970, and a crash before the proof',
    'clock-1970-crash',
    [[tell('activated', null, at1970(0))], [tell('app_crashed', null, at1970(0.5))]],
    { settled: { failed: 1, harmed: 1 }, young: { failed: 1, harmed: 1 } },
  ),
  onePhone('a clock before 1970', 'clock-1969', [[tell('activated', null, at1970(-9))]], {
    settled: { installed: 1, presumed: 1 },
    young: { in_progress: 1 },
  }),
  onePhone(
    'a clock that stands at 2100, posted out of order',
    'clock-2100',
    [[tell('rolled_back', null, at2100(9))], [tell('install_completed', null, at2100(3))]],
    { settled: { failed: 1, harmed: 1 }, young: { failed: 1, harmed: 1 } },
  ),
  onePhone('a clock at 2100 delays no waiting time', 'clock-2100-presumed', [[tell('activated', null, at2100(0))]], {
    settled: { installed: 1, presumed: 1 },
    young: { in_progress: 1 },
  }),
  onePhone(
    'a clock that is set right between failure and success',
    'clock-set',
    [[tell('download_failed', null, at1970(3))], [tell('install_completed', 9)]],
    { settled: { healed: 1 }, young: { healed: 1 } },
  ),
  onePhone(
    'a clock that is lost between failure and success: the raw clock says what came last',
    'clock-lost',
    [[tell('install_failed', 9)], [tell('install_completed', null, at1970(3))]],
    { settled: { failed: 1, harmed: 1 }, young: { failed: 1, harmed: 1 } },
  ),
  onePhone(
    'no clock at all, failure received last',
    'no-clock-failed',
    [[tell('activated', null)], [tell('install_completed', null)], [tell('install_failed', null)]],
    { settled: { failed: 1, harmed: 1 }, young: { failed: 1, harmed: 1 } },
  ),
  onePhone(
    'no clock at all, success received last',
    'no-clock-healed',
    [[tell('rolled_back', null)], [tell('install_completed', null)]],
    { settled: { healed: 1, harmed: 1 }, young: { healed: 1, harmed: 1 } },
  ),
  onePhone(
    'no clock at all and one request: the life cycle is the order',
    'no-clock-at-once',
    [[tell('install_completed', null), tell('activated', null), tell('install_failed', null)]],
    { settled: { healed: 1, harmed: 1 }, young: { healed: 1, harmed: 1 } },
  ),
];
