/** Outcomes that a release must have; what is left out is 0. `installed` includes `presumed`, `excluded` are in no other. */
export interface Counts {
  installed?: number;
  presumed?: number;
  healed?: number;
  failed?: number;
  silent?: number;
  in_progress?: number;
  excluded?: number;
  /** Devices with harm: a number beside the outcomes, not one of them. */
  harmed?: number;
}

/** Waiting times of the readings below that are over, s. Longer than the way of two requests, shorter than patience. */
export const shortSeconds = 3;

const settled = `confirm_seconds=${shortSeconds}&silence_seconds=${shortSeconds}`;

/** What is asked of the API, in its own parameters. */
export const readings = {
  /** Every waiting time is over, for it is read so long after the last event. */
  settled,
  /** No waiting time is over. */
  young: 'confirm_seconds=86400&silence_seconds=86400',
  confirmOver: `confirm_seconds=${shortSeconds}&silence_seconds=86400`,
  silenceOver: `confirm_seconds=86400&silence_seconds=${shortSeconds}`,
  /** `settled`, with debug builds and emulators among the others. */
  included: `${settled}&include_excluded=true`,
  /** `settled`, on one channel. */
  beta: `${settled}&channel=beta`,
} as const;

export type Reading = keyof typeof readings;

/** A native event as it is posted; app, device and release are added where it names none itself. */
export type StoryEvent = { kind: string } & Record<string, unknown>;

export interface Phone {
  /** Requests in the order in which they are posted, each only after the one before has been answered. */
  posts: StoryEvent[][];
  /** Posted when the confirm time of `settled` is over for everything in `posts`. */
  later?: StoryEvent[][];
  /** Names a phone that takes part in more than one story. */
  device?: string;
}

/** What some phones post about one release, and what must be counted of them (design §4). */
export interface Story {
  name: string;
  release: string;
  phones: Phone[];
  settled: Counts;
  young: Counts;
  confirmOver?: Counts;
  silenceOver?: Counts;
  /** Like `settled` when left out. */
  included?: Counts;
  /** Nobody when left out: the channel of a story is `production` unless its events say otherwise. */
  beta?: Counts;
  /** Devices whose failure is charged to nobody. */
  unattributed?: number;
}

const begin = Date.UTC(2026, 4, 4, 8);

/** An event so many seconds after the story's beginning on the device's clock; `null` for a phone that sends no clock. */
export function tell(kind: string, at: number | null, more: Record<string, unknown> = {}): StoryEvent {
  const clock = at === null ? {} : { occurred_at: new Date(begin + at * 1000).toISOString() };
  return { kind, channel: 'production', ...clock, ...more };
}

/** A story of one phone. */
export function onePhone(
  name: string,
  release: string,
  posts: StoryEvent[][],
  expected: Omit<Story, 'name' | 'release' | 'phones'>,
): Story {
  return { name, release, phones: [{ posts }], ...expected };
}
