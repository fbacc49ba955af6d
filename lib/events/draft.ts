import { correctClock } from './skew.ts';
import { enrols } from './enrols.ts';
import { eventId } from './identity.ts';
import { segment } from './segments.ts';
import type { UpdateEvent } from './generated/update-event.ts';
import type { ErrorClass, Kind } from './kinds.ts';
import type { Fault } from './reader.ts';

/** Segments whose values must keep to the closed pattern (segments.ts). */
export const closedSegments = ['channel', 'platform', 'abi', 'device_model', 'network', 'region', 'sdk'] as const;

/** Segments kept as sent: versions, whose shape is the vendor's own. */
export const openSegments = ['os_version', 'app_version', 'sdk_version'] as const;

export const segmentNames = [...closedSegments, ...openSegments] as const;

export type Segment = (typeof segmentNames)[number];

/**
 * What an event's time is worth for its identity: `clock`, its own time names it; `bucket`, it has none and the minute of
 * its receipt stands in; `never`, the sender repeats a report until it is acknowledged and time says nothing.
 */
export type Repeats = 'clock' | 'bucket' | 'never';

/** An event as a dialect understood it, before the gateway's stamp. Absent text is "", absent numbers are null. */
export interface EventDraft extends Record<Segment, string> {
  app_id: string;
  device_id: string;
  kind: Kind;
  release: string;
  previous_release: string;
  /** The sender's own id, any text; "" when it has none. */
  event_id: string;
  /** Device clock as sent, epoch ms. */
  occurred_at: number | null;
  /** Device clock when the request was sent, epoch ms. */
  sent_at: number | null;
  duration_ms: number | null;
  bytes: number | null;
  progress: number | null;
  attempt: number | null;
  error_code: string;
  error_message: string;
  error_class: ErrorClass | '';
  is_production: boolean;
  is_emulator: boolean;
  attributes: Record<string, string>;
  source_action: string;
  repeats: Repeats;
  /** The event tells of a mere launch, or of a bundle that is not on trial: it makes nobody a participant. */
  bystander: boolean;
}

/** What a dialect makes of one event: a draft, or what is wrong with it. */
export type Parsed = { draft: EventDraft; fault?: undefined } | { draft?: undefined; fault: Fault };

/** A draft with everything absent, for dialects to fill in. */
export function emptyDraft(kind: Kind): EventDraft {
  return {
    app_id: '',
    device_id: '',
    kind,
    release: '',
    previous_release: '',
    event_id: '',
    occurred_at: null,
    sent_at: null,
    channel: '',
    platform: '',
    os_version: '',
    abi: '',
    app_version: '',
    device_model: '',
    network: '',
    region: '',
    sdk: '',
    sdk_version: '',
    duration_ms: null,
    bytes: null,
    progress: null,
    attempt: null,
    error_code: '',
    error_message: '',
    error_class: '',
    is_production: true,
    is_emulator: false,
    attributes: {},
    source_action: '',
    repeats: 'clock',
    bystander: false,
  };
}

/** What only the gateway knows. `source_network` is 0 when unknown. */
export interface Stamp {
  received_at: number;
  dialect: string;
  source_network: number;
}

/** The event as it goes into the log. */
export function complete(draft: EventDraft, stamp: Stamp): UpdateEvent {
  const clock = correctClock(draft.occurred_at, draft.sent_at, stamp.received_at);
  return {
    received_at: stamp.received_at,
    event_id: eventId(draft, stamp),
    app_id: draft.app_id,
    device_id: draft.device_id,
    kind: draft.kind,
    release: draft.release,
    previous_release: draft.previous_release,
    channel: segment(draft.channel),
    platform: segment(draft.platform),
    os_version: draft.os_version,
    abi: segment(draft.abi),
    app_version: draft.app_version,
    device_model: segment(draft.device_model),
    network: segment(draft.network),
    region: segment(draft.region),
    sdk: segment(draft.sdk),
    sdk_version: draft.sdk_version,
    ...clock,
    duration_ms: draft.duration_ms,
    bytes: draft.bytes,
    progress: draft.progress,
    attempt: draft.attempt,
    error_code: draft.error_code,
    error_message: draft.error_message,
    error_class: draft.error_class,
    is_production: draft.is_production,
    is_emulator: draft.is_emulator,
    enrols: enrols(draft.kind, draft.release, draft.bystander),
    dialect: stamp.dialect,
    source_action: draft.source_action,
    source_network: stamp.source_network,
    attributes: draft.attributes,
  };
}
