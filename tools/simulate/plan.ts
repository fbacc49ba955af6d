import { strike } from './fault.ts';
import type { Fault } from './fault.ts';
import { createPhone, successIn } from './population.ts';
import type { Phone } from './population.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';
import { failing, tellStory } from './stories.ts';
import type { Step, Story } from './stories.ts';

/**
 * A release of the simulated app; `share` of the phones get it, in the order of the list. `channel`: else the fleet's.
 * `fromMs`: since the run's begin; phones that begin earlier do not get it.
 */
export interface SimulatedRelease {
  name: string;
  share: number;
  channel?: string;
  fromMs?: number;
}

export interface FleetOptions {
  seed: number;
  appId: string;
  channel: string;
  /** The release that every phone runs at the begin. */
  baseRelease: string;
  releases: readonly SimulatedRelease[];
  /** True: each phone gets exactly one of the releases, by their shares, as in a rollout beside another. */
  split?: boolean;
  faults: readonly Fault[];
  /** What the published share of failing devices is multiplied by; 1 when absent, 0 for a fleet without failures. */
  failureScale?: number;
  /** Time between the begins of two phones, ms. */
  spacingMs: number;
}

/** One phone with one release: who, what, and what has to be counted for it. */
export interface Chapter {
  release: string;
  previous: string;
  channel: string;
  story: Story;
}

/** An event as the phone holds it. `clock`: its own clock, epoch ms; absent for phones that send none. */
export interface PlannedEvent extends Step {
  /** Absent: the receiver derives one. */
  eventId?: string;
  clock?: number;
  chapter: Chapter;
}

export interface PlannedRequest {
  /** When it is due, ms since the run's begin. */
  due: number;
  events: PlannedEvent[];
  /** True when all of it has been sent before. */
  repeat: boolean;
}

/** How a phone's clock and network treat its reports. */
interface Habits {
  /** Its clock minus the true time, ms; null: it sends no clock at all. */
  skewMs: number | null;
  ownIds: boolean;
  sentAt: 'envelope' | 'event' | 'none';
  delivery: 'prompt' | 'offline' | 'backwards' | 'one_by_one';
  /** How long ago it all happened when an offline phone reports at last, ms. */
  awayMs: number;
  repeats: number;
  /** RFC 3339 text, else epoch ms. */
  textClock: boolean;
}

export interface Plan {
  phone: Phone;
  habits: Habits;
  chapters: Chapter[];
  requests: PlannedRequest[];
}

const HOUR_MS = 3_600_000;
/** Silence between the end of one release's story and the begin of the next, ms. */
const BETWEEN_RELEASES_MS = 15_000;
const LONGEST_AWAY_MS = 72 * HOUR_MS;

/**
 * The life of phone number n: a pure function of the options, n, and the epoch ms at which the run began.
 * Whatever the habits do, the outcome that the stories declare holds: a phone's clock is off by a constant, so it orders
 * its events rightly; a phone without a clock tells its one story in one request, as receive time is all its order.
 */
export function planPhone(options: FleetOptions, number: number, epoch: number): Plan {
  const random = createRandom(options.seed).fork(number);
  const phone = createPhone(number, random);
  const begin = number * options.spacingMs;
  const chapters = tellChapters(options, phone, begin, random);
  const habits = drawHabits(random, epoch, chapters);

  const requests: PlannedRequest[] = [];
  let at = begin;
  for (const chapter of chapters) {
    let end = at;
    for (const steps of chapter.story.requests) {
      const events = steps.map((step) =>
        planEvent(step, chapter, epoch + at + step.at - habits.awayMs, habits, random),
      );
      end = at + steps.at(-1)!.at;
      requests.push({ due: end, events, repeat: false });
    }
    at = end + BETWEEN_RELEASES_MS;
  }
  return { phone, habits, chapters, requests: deliver(requests, habits, random) };
}

function tellChapters(options: FleetOptions, phone: Phone, begin: number, random: Random): Chapter[] {
  const chapters: Chapter[] = [];
  let previous = options.baseRelease;
  const success = 1 - (options.failureScale ?? 1) * (1 - successIn(phone.country));
  for (const { name, channel = options.channel } of releasesOf(options, begin, random)) {
    const failure = strike(options.faults, phone, name, begin, random);
    const story = failure === undefined ? tellStory(random, success) : failing(random, failure);
    chapters.push({ release: name, previous, channel, story });
    if (story.settled === 'installed' || story.settled === 'healed') previous = name;
  }
  return chapters;
}

function releasesOf({ releases, split }: FleetOptions, begin: number, random: Random): readonly SimulatedRelease[] {
  const out = releases.filter(({ fromMs = 0 }) => begin >= fromMs);
  if (split === true) return out.length === 0 ? [] : [random.pick(out, ({ share }) => share)];
  return out.filter(({ share }) => random.chance(share));
}

function drawHabits(random: Random, epoch: number, chapters: readonly Chapter[]): Habits {
  const draw = random.next();
  const maySpareClock = chapters.length === 1 && chapters[0]!.story.clockless === true;
  const clockless = draw < 0.04 && maySpareClock;
  const skewMs =
    draw < 0.12
      ? random.integer(-14, 14) * HOUR_MS
      : draw < 0.15
        ? random.integer(80, 120) * HOUR_MS - epoch
        : draw < 0.16
          ? 20 * 365 * 24 * HOUR_MS
          : random.integer(-3000, 3000);
  const delivery = clockless
    ? 'offline'
    : random.pick(['prompt', 'offline', 'backwards', 'one_by_one'] as const, (each) => (each === 'prompt' ? 8 : 1));
  return {
    skewMs: clockless ? null : skewMs,
    ownIds: clockless || random.chance(0.92),
    sentAt: random.pick(['envelope', 'event', 'none'] as const, (each) => (each === 'envelope' ? 6 : 2)),
    delivery,
    awayMs: delivery === 'offline' && random.chance(0.5) ? random.integer(1, LONGEST_AWAY_MS) : 0,
    repeats: random.chance(0.06) ? random.integer(1, 3) : 0,
    textClock: random.chance(0.5),
  };
}

function planEvent(step: Step, chapter: Chapter, time: number, habits: Habits, random: Random): PlannedEvent {
  const event: PlannedEvent = { ...step, chapter };
  // Drawn in any case, so that the habit of sending ids changes nothing else in the fleet.
  const id = random.uuid();
  if (habits.ownIds) event.eventId = id;
  if (habits.skewMs !== null) event.clock = Math.round(time + habits.skewMs);
  return event;
}

/** The requests as the network brings them: late in one batch, in reverse order, singly, and now and then again. */
function deliver(requests: PlannedRequest[], habits: Habits, random: Random): PlannedRequest[] {
  const last = requests.at(-1);
  if (last === undefined) return [];
  const arranged =
    habits.delivery === 'offline'
      ? [{ due: last.due + 5000, events: requests.flatMap((each) => each.events), repeat: false }]
      : habits.delivery === 'one_by_one'
        ? requests.flatMap(({ due, events }) => events.map((event) => ({ due, events: [event], repeat: false })))
        : habits.delivery === 'backwards'
          ? requests.map((_, index) => ({ ...requests.at(-1 - index)!, due: last.due }))
          : requests;
  const end = arranged.at(-1)!.due;
  for (let copy = 1; copy <= habits.repeats; copy += 1) {
    const again = arranged[random.integer(0, arranged.length - 1)]!;
    arranged.push({ ...again, due: end + copy * 1000, repeat: true });
  }
  return arranged;
}
