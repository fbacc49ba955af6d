import type { EventCodec } from '../../lib/events/codec.ts';
import type { UpdateEvent } from '../../lib/events/generated/update-event.ts';
import { receivedAtToleranceMs, unstorableField } from '../../lib/events/storable.ts';
import type { NewRecord } from '../../lib/log/log.ts';
import { RollguardError } from '../../lib/runtime/errors.ts';

/** Why a record would only be rejected again; the codes are those under which it would be. */
export interface Refusal {
  code: 'undecodable' | 'unknown_schema' | 'received_at_out_of_range' | 'refused_by_warehouse';
  reason: string;
}

export interface ReplayOptions {
  codec: EventCodec;
  /** The log's time of the replayed record, epoch ms. */
  now: number;
  /** Gives the event the present as its time of receipt, which an event older than a day needs. */
  restamp: boolean;
}

/**
 * Reads a rejected record, or a repaired one, by the rules of the worker, so that a replay does not make a second dead
 * letter. Pure: a dry run and the replay after it come to the same.
 */
export function readForReplay(
  value: Buffer,
  { codec, now, restamp }: ReplayOptions,
): { event: UpdateEvent } | { refusal: Refusal } {
  let event: UpdateEvent;
  try {
    event = codec.decode(value).event;
  } catch (error) {
    const unknown = error instanceof RollguardError && error.code === 'unknown_schema';
    const reason = error instanceof Error ? error.message : 'The bytes are no record of their schema.';
    return { refusal: { code: unknown ? 'unknown_schema' : 'undecodable', reason } };
  }
  if (restamp) event = { ...event, received_at: now };
  if (Math.abs(event.received_at - now) > receivedAtToleranceMs) {
    const reason = 'received_at is more than a day from now: `restamp` gives the event the time of the replay instead.';
    return { refusal: { code: 'received_at_out_of_range', reason } };
  }
  const field = unstorableField(event);
  if (field !== undefined) {
    return { refusal: { code: 'refused_by_warehouse', reason: `The column cannot hold the value of ${field}.` } };
  }
  return { event };
}

/**
 * The event as a record of the event topic. It is written anew and not copied: what was read as an event is then certainly
 * read as one by the worker, which walks over the bytes more strictly than a decoder reads them.
 */
export function replayRecord(event: UpdateEvent, codec: EventCodec): NewRecord {
  return { key: Buffer.from(`${event.app_id}:${event.device_id}`), value: codec.encode(event) };
}
