import { confidenceSequence } from '../../lib/halting/confidenceSequence.ts';
import { nullable, number, object, word, type Json } from './schema.ts';

/** Fewer devices than this on either side, or fewer failures on both together, show nothing. */
const fewestDevices = 10;
const fewestFailures = 3;

export const liftSchema = object(
  {
    value: nullable(
      number(
        'Failure rate of the segment over that of the rest; null where the sample is too small or nothing else failed.',
      ),
    ),
    verdict: word(
      ['higher', 'lower', 'not_shown', 'too_small'],
      '`higher` or `lower`: the intervals of the two rates do not meet, at 5 % for all segments of the cut together; `not_shown`: they do; `too_small`: fewer than 10 devices that reported on a side, or fewer than 3 failures in all.',
    ),
  },
  'How much likelier a device of this segment fails than one of the rest of the release.',
);

/** Devices that reported, and those of them that failed. */
export interface Reported {
  n: number;
  x: number;
}

/** `alpha` is the segment's share of the error that all comparisons of a cut may make together. */
export function lift(segment: Reported, rest: Reported, alpha: number): Json<typeof liftSchema> {
  if (segment.n < fewestDevices || rest.n < fewestDevices || segment.x + rest.x < fewestFailures) {
    return { value: null, verdict: 'too_small' };
  }
  const value = rest.x === 0 ? null : (segment.x * rest.n) / (segment.n * rest.x);
  // Half of the error for each of the two intervals.
  const here = confidenceSequence(segment.n, segment.x, alpha / 2);
  const there = confidenceSequence(rest.n, rest.x, alpha / 2);
  if (here.lower > there.upper) return { value, verdict: 'higher' };
  if (here.upper < there.lower) return { value, verdict: 'lower' };
  return { value, verdict: 'not_shown' };
}
