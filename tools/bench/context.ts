import type { BenchOptions } from './options.ts';
import type { Programs } from './program.ts';

/** What each part of the bench works with. */
export interface Context {
  options: BenchOptions;
  programs: Programs;
  /** A running Kafka broker, `host:port`. */
  brokers: string;
  /** Tells of the progress. */
  say: (text: string) => void;
}

/** The sides in the order of this round: there and back, so that none always follows the same one. */
export function inRound<Item>(sides: readonly Item[], round: number): Item[] {
  return round % 2 === 0 ? [...sides] : [...sides].reverse();
}
