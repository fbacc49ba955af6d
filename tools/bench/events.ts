import { complete } from '../../lib/events/draft.ts';
import type { UpdateEvent } from '../../lib/events/generated/update-event.ts';
import { parseNative } from '../../lib/events/native.ts';
import { encodeNative } from '../simulate/native.ts';
import { planPhone, type FleetOptions } from '../simulate/plan.ts';

/** One event as a phone reports it, with what stands around it in its request. */
export interface Report {
  event: Record<string, unknown>;
  /** When the gateway receives it, epoch ms. */
  receivedAt: number;
  /** Stands for the phone's network. */
  network: number;
}

const apps: readonly { app: string; releases: FleetOptions['releases'] }[] = [
  { app: 'com.example.shop', releases: twoReleases('2.4.0', '2.4.1') },
  { app: 'com.example.bank', releases: twoReleases('11.0.3', '11.1.0') },
  { app: 'com.example.maps', releases: twoReleases('2025.10.1', '2025.11.0') },
  { app: 'com.example.chat', releases: twoReleases('production/v87', 'production/v88') },
];
const spacingMs = 5;
/** A fleet's first phones reported so long ago, ms: everything lies well within the day that the worker allows. */
const agoMs = 3_600_000;

function twoReleases(first: string, second: string): FleetOptions['releases'] {
  return [
    { name: first, share: 1 },
    { name: second, share: 0.6 },
  ];
}

/** What the phones of the simulator report, four apps side by side, without end. The same `now`, the same reports. */
export function* reports(now: number): Generator<Report> {
  for (let phone = 0; ; phone += 1) {
    for (const [index, { app, releases }] of apps.entries()) {
      const fleet = { seed: index + 1, appId: app, channel: 'production', baseRelease: 'base', releases, faults: [] };
      const plan = planPhone({ ...fleet, spacingMs }, phone, now - agoMs);
      for (const request of plan.requests) {
        const receivedAt = Math.min(now, Math.round(now - agoMs + request.due));
        const encoding = { appId: app, channel: 'production', key: '' };
        const body = JSON.parse(encodeNative(encoding, plan, request, receivedAt).body) as Record<string, unknown>;
        const events = Array.isArray(body) ? body : (body.events ?? [body]);
        for (const event of events as Report['event'][]) yield { event, receivedAt, network: phone + 1 };
      }
    }
  }
}

/** The first `count` reports as the gateway writes them into the log. */
export function* updateEvents(count: number, now: number): Generator<UpdateEvent> {
  let left = count;
  for (const { event, receivedAt, network } of reports(now)) {
    if (left === 0) return;
    const { draft } = parseNative(event, { app_id: '', sent_at: null });
    if (draft === undefined) continue;
    left -= 1;
    yield complete(draft, { received_at: receivedAt, dialect: 'native', source_network: network });
  }
}
