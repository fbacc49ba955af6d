import type { Machine } from './machine.ts';
import type { Spread } from './spread.ts';

/** One side of a comparison. */
export interface Side {
  name: string;
  /** Column → figure, in the order of the columns. */
  figures: Record<string, Spread>;
}

export interface Ratio {
  name: string;
  value: Spread;
  /** What we want the median to reach at least. */
  aim?: number;
}

export interface Comparison {
  title: string;
  /** What was done, in sentences. */
  notes: string[];
  sides: Side[];
  ratios: Ratio[];
}

export interface Results {
  machine: Machine;
  comparisons: Comparison[];
}
