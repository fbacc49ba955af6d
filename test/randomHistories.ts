import fc from 'fast-check';
import type { UpdateEvent } from '../lib/events/generated/update-event.ts';
import { testEvent } from './updateEvent.ts';

const minute = 60_000;

const kinds = [
  'update_checked',
  'download_started',
  'download_completed',
  'download_failed',
  'install_failed',
  'activated',
  'install_completed',
  'rolled_back',
  'app_crashed',
];
const failures = ['download_failed', 'install_failed', 'rolled_back', 'app_crashed'];

/** Where most of the rules meet: a release on trial, which may crash and may be confirmed. */
const onTrial = ['activated', 'activated', 'app_crashed', 'app_crashed', 'install_completed'];

/** Times are minutes from the base, from a small range so that ties are common; some clocks are weeks off. */
const fields = {
  clock: fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 0, max: 12 }) },
    { weight: 1, arbitrary: fc.constantFrom(-30_000, 900) },
  ),
  received: fc.integer({ min: 0, max: 12 }),
  integrity: fc.boolean(),
  /** One of ten: derived from a mere launch, or about a bundle that is not on trial. */
  bystander: fc.integer({ min: 0, max: 9 }).map((roll) => roll === 0),
  platform: fc.constantFrom('ios', 'android'),
  channel: fc.constantFrom('production', 'beta'),
  build: fc.constantFrom('release', 'release', 'release', 'release', 'debug', 'emulator'),
  network: fc.integer({ min: 1, max: 5 }),
  /** Sent once more, received so many minutes later; a negative number: not sent again. */
  again: fc.integer({ min: -3, max: 3 }),
};
const anyStep = fc.record({ kind: fc.constantFrom(...kinds), ...fields });
const trialStep = fc.record({ kind: fc.constantFrom(...onTrial), ...fields, again: fc.constant(-1) });
type Step = typeof anyStep extends fc.Arbitrary<infer Value> ? Value : never;
const steps: fc.Arbitrary<Step[]> = fc.oneof(
  fc.array(anyStep, { minLength: 1, maxLength: 8 }),
  fc.array(trialStep, { minLength: 2, maxLength: 5 }),
);
const story = fc.record({ release: fc.constantFrom('r1', 'r2'), steps });

/** What one device reported about one release, in no order. */
export interface History {
  device: string;
  release: string;
  events: UpdateEvent[];
}

/** As many histories; every second device has one on another release too, or two that become one. Same seed, same steps. */
export function randomHistories(seed: number, count: number, app: string, base: number): History[] {
  const byName = new Map<string, History>();
  for (const [at, { release, steps: taken }] of fc.sample(story, { numRuns: count, seed }).entries()) {
    const device = `device-${at % Math.ceil((2 * count) / 3)}`;
    const before = byName.get(`${release} ${device}`)?.events ?? [];
    const events = [...before, ...taken.flatMap((one) => eventsOf(one, app, device, release, base))];
    if (withinState(events)) byName.set(`${release} ${device}`, { device, release, events });
  }
  return [...byName.values()];
}

function eventsOf(step: Step, app: string, device: string, release: string, base: number): UpdateEvent[] {
  const failed = failures.includes(step.kind);
  const event = testEvent({
    app_id: app,
    device_id: device,
    release,
    kind: step.kind,
    at: base + step.received * minute,
    device_clock: base + step.clock * minute,
    error_class: failed ? (step.integrity ? 'integrity' : 'network') : '',
    error_code: failed ? 'E' : '',
    platform: step.platform,
    channel: step.channel,
    is_production: step.build !== 'debug',
    is_emulator: step.build === 'emulator',
    source_network: step.network,
  });
  // A failure that names a release always enrols.
  if (step.bystander && !failed) event.enrols = false;
  return step.again < 0 ? [event] : [event, { ...event, received_at: event.received_at + step.again * minute }];
}

/**
 * The state holds a device's first and last activation and its first and last crash (docs/counting.md): with more of
 * either, what lies between them is not seen. Two activations whose receipts contradict their clocks share the later one.
 */
function withinState(events: readonly UpdateEvent[]): boolean {
  const rows = (kind: string): UpdateEvent[] => events.filter((event) => event.kind === kind);
  const activations = rows('activated').sort((left, right) => left.device_clock - right.device_clock);
  const [first, second] = activations;
  const orderly = first === undefined || second === undefined || first.received_at <= second.received_at;
  return activations.length <= 2 && rows('app_crashed').length <= 2 && orderly;
}
