/** A figure measured several times. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

export function spread(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError('nothing was measured');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = Number.isInteger(middle) ? (sorted[middle - 1]! + sorted[middle]!) / 2 : sorted[Math.floor(middle)]!;
  return { median, min: sorted[0]!, max: sorted.at(-1)! };
}

/**
 * `ours` over `peer`, round by round: what slows the machine down slows both sides of a round, so their ratio moves less
 * than either figure.
 */
export function ratio(ours: readonly number[], peer: readonly number[]): Spread {
  return spread(ours.map((value, round) => value / peer[round]!));
}
