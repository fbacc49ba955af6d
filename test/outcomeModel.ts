import type { UpdateEvent } from '../lib/events/generated/update-event.ts';

/** Times in ms; `asOf` is epoch ms. */
export interface Reading {
  asOf: number;
  confirmMs: number;
  silenceMs: number;
  windowMs: number;
}

export interface ModelledDevice {
  enrolledAt: number;
  /** The event that enrolled the device: segment and network are those of this one. */
  enrolment: UpdateEvent;
  outcome: 'installed' | 'healed' | 'failed' | 'silent' | 'in_progress';
  presumed: boolean;
  harmedAt: number | undefined;
}

const lifeCycle = ['download_failed', 'install_failed', 'activated', 'install_completed', 'rolled_back', 'app_crashed'];
const terminalFailures = ['download_failed', 'install_failed', 'rolled_back'];

/**
 * What must be counted for one device on one release, written from docs/counting.md as a story is read, event by event.
 * It shares nothing with the SQL, on purpose. `undefined` for a device that does not take part.
 */
export function modelDevice(events: readonly UpdateEvent[], reading: Reading): ModelledDevice | undefined {
  const enrolment = events.filter((event) => event.enrols).sort(byReceipt)[0];
  if (enrolment === undefined) return undefined;
  const story = events.filter((event) => lifeCycle.includes(event.kind) && !isFallback(event)).sort(byClock);
  let failed = false;
  let succeeded = false;
  let lastWord: 'failure' | 'success' | undefined;
  for (const [at, event] of story.entries()) {
    const before = story.slice(0, at);
    const bad =
      terminalFailures.includes(event.kind) || (event.kind === 'app_crashed' && crashCounts(event, before, reading));
    const good =
      event.kind === 'install_completed' ||
      (event.kind === 'activated' && event.received_at + reading.confirmMs <= reading.asOf);
    if (bad) [failed, lastWord] = [true, 'failure'];
    if (good) [succeeded, lastWord] = [true, 'success'];
  }
  return {
    enrolledAt: enrolment.received_at,
    enrolment,
    outcome: outcomeOf(lastWord, failed, reading.asOf - enrolment.received_at >= reading.silenceMs),
    presumed: succeeded && lastWord === 'success' && !story.some((event) => event.kind === 'install_completed'),
    harmedAt: harmedAt(events, enrolment.received_at, reading, story),
  };
}

/** A bundle that was made current again because another one failed is not on trial by that. */
function isFallback(event: UpdateEvent): boolean {
  return event.kind === 'activated' && !event.enrols;
}

function outcomeOf(
  lastWord: 'failure' | 'success' | undefined,
  failed: boolean,
  silenceOver: boolean,
): ModelledDevice['outcome'] {
  if (lastWord === 'failure') return 'failed';
  if (lastWord === 'success') return failed ? 'healed' : 'installed';
  return silenceOver ? 'silent' : 'in_progress';
}

/** A crash is a failure of the update while the release is on trial: activated a moment ago, and never confirmed yet. */
function crashCounts(crash: UpdateEvent, before: readonly UpdateEvent[], { confirmMs }: Reading): boolean {
  if (before.some((event) => event.kind === 'install_completed')) return false;
  return before.some((event) => event.kind === 'activated' && crash.device_clock < event.device_clock + confirmMs);
}

/**
 * The same story by the server's clock, where nothing that comes later can change what has been. A device whose crashes
 * count by its own clock is harmed by them whatever the order in which they and the rest arrived.
 */
function harmedAt(
  events: readonly UpdateEvent[],
  enrolledAt: number,
  reading: Reading,
  story: readonly UpdateEvent[],
): number | undefined {
  const crashed = story.some(
    (event, at) => event.kind === 'app_crashed' && crashCounts(event, story.slice(0, at), reading),
  );
  const harm = events.filter((event) => {
    const { received_at: at, kind } = event;
    if (at < enrolledAt || at > enrolledAt + reading.windowMs) return false;
    if (kind === 'install_failed' || kind === 'rolled_back') return true;
    if (kind === 'download_failed') return event.error_class === 'integrity';
    if (kind !== 'app_crashed') return false;
    const proven = events.some((other) => other.kind === 'install_completed' && other.received_at <= at);
    const onTrial = events.some(
      (other) =>
        other.kind === 'activated' &&
        !isFallback(other) &&
        other.received_at < at &&
        at < other.received_at + reading.confirmMs,
    );
    return crashed || (onTrial && !proven);
  });
  return harm.length === 0 ? undefined : Math.min(...harm.map((event) => event.received_at));
}

function byClock(left: UpdateEvent, right: UpdateEvent): number {
  return left.device_clock - right.device_clock || lifeCycle.indexOf(left.kind) - lifeCycle.indexOf(right.kind);
}

/** Equal receipts are told apart by the second half of the event id. */
function byReceipt(left: UpdateEvent, right: UpdateEvent): number {
  const half = (event: UpdateEvent): string => event.event_id.slice(19);
  return left.received_at - right.received_at || (half(left) < half(right) ? -1 : 1);
}
