import type { UpdateEvent } from '../../lib/events/generated/update-event.ts';
import { complete, type EventDraft } from '../../lib/events/draft.ts';
import type { Key } from '../../lib/keys/key.ts';
import type { GatewayConfig } from './gatewayConfig.ts';
import { NameCaps } from './nameCaps.ts';
import type { Rejection } from './outcome.ts';
import { TokenBuckets } from './tokenBuckets.ts';

/** Who sent a request, as far as the gateway wants to know. */
export interface Sender {
  key: Key;
  /** Hash of the sender's network; 0 when unknown. */
  network: number;
  receivedAt: number;
  dialect: string;
}

export interface Admission {
  /** Spends the limits of the key and the network on so many events; or says which of them is used up, and spends none. */
  overLimit(sender: Sender, events: number): OverLimit | undefined;
  /** The event as it goes into the log, or why it does not. */
  admitEvent(draft: EventDraft, sender: Sender): { event: UpdateEvent } | { rejection: Rejection };
}

export interface OverLimit {
  limit: 'key' | 'network';
  /** Until both limits would let the events pass. */
  waitMs: number;
}

const mostNames = 200_000;

/** The rules of a key: its app, its limits, its caps on new names. All state is this process's own and bounded. */
export function createAdmission(config: GatewayConfig): Admission {
  const keys = new TokenBuckets({ perSecond: config.keyEventsPerSecond, burst: config.keyBurst }, mostNames);
  const networks = new TokenBuckets(
    { perSecond: config.networkEventsPerSecond, burst: config.networkBurst },
    mostNames,
  );
  const devices = new TokenBuckets({ perSecond: config.deviceEventsPerSecond, burst: config.deviceBurst }, mostNames);
  const names = new NameCaps(config.maxAppsPerKey, config.maxReleasesPerKey);

  return {
    overLimit({ key, network, receivedAt }, events) {
      const ofKey = keys.wait(key.id, events, receivedAt);
      const ofNetwork = networks.wait(network, events, receivedAt);
      if (ofKey > 0 || ofNetwork > 0) {
        return { limit: ofKey >= ofNetwork ? 'key' : 'network', waitMs: Math.max(ofKey, ofNetwork) };
      }
      keys.take(key.id, events, receivedAt);
      networks.take(network, events, receivedAt);
      return undefined;
    },
    admitEvent(draft, sender) {
      const { key, receivedAt } = sender;
      if (key.app !== '*' && draft.app_id !== key.app) {
        return refuse('app_not_allowed', 'app_id', 'the key belongs to another app');
      }
      const capped = names.admit(key.id, draft.app_id, draft.release, receivedAt);
      if (capped === 'too_many_apps') return refuse(capped, 'app_id', 'the key has named too many apps today');
      if (capped === 'too_many_releases') return refuse(capped, 'release', 'the key has named too many releases today');
      // A client that does not name its device shares "" with all the others that do not.
      if (draft.device_id !== '' && devices.take(`${draft.app_id}:${draft.device_id}`, 1, receivedAt) > 0) {
        return refuse('rate_limited', 'device_id', 'the device sends too many events');
      }
      const stamp = { received_at: receivedAt, dialect: sender.dialect, source_network: sender.network };
      return { event: complete(draft, stamp) };
    },
  };
}

function refuse(code: Rejection['code'], field: string, message: string): { rejection: Rejection } {
  return { rejection: { code, field, message } };
}
