import { hash } from 'node:crypto';
import type { EventDraft, Stamp } from './draft.ts';

/** Namespace of derived ids; any other namespace would do, but it may never change. */
const NAMESPACE = Buffer.from('6f0a4a5e2b7d4c0f9d1c7e3a58b1f264', 'hex');
const BUCKET_MS = 60_000;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return uuid.test(text);
}

/**
 * The id of an event, so that a retry has the id of the first try (lower case). A UUID from the sender is the id. Any
 * other id from the sender names the event together with its app and device. Without one, what makes the event does:
 * where, what, about which releases, its own time, its numbers, its failure and its properties. Segments and `sent_at`
 * stay out: they describe the device and the sending, and may differ in a retry.
 *
 * An event without a time of its own (`repeats: 'bucket'`) is told from its like by the minute of its receipt: a retry
 * across the minute gets another id, two equal events within it get one. Nothing that is counted depends on it (counts
 * are of devices, not of events).
 */
export function eventId(draft: EventDraft, stamp: Pick<Stamp, 'received_at' | 'dialect'>): string {
  if (isUuid(draft.event_id)) return draft.event_id.toLowerCase();
  const about = [stamp.dialect, draft.app_id, draft.device_id];
  if (draft.event_id !== '') return uuidV5([...about, draft.event_id]);
  return uuidV5([
    ...about,
    draft.kind,
    draft.source_action,
    draft.release,
    draft.previous_release,
    timeOf(draft, stamp.received_at),
    draft.attempt,
    draft.progress,
    draft.duration_ms,
    draft.bytes,
    draft.error_code,
    draft.error_message,
    Object.entries(draft.attributes).sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);
}

function timeOf(draft: EventDraft, received: number): string {
  if (draft.repeats === 'never') return 'never';
  if (draft.occurred_at !== null && draft.repeats === 'clock') return `clock ${draft.occurred_at}`;
  return `bucket ${Math.floor(received / BUCKET_MS)}`;
}

/** RFC 9562 §5.5 over the parts as JSON, which keeps them apart whatever they hold. */
function uuidV5(parts: unknown[]): string {
  const hex = hash('sha1', Buffer.concat([NAMESPACE, Buffer.from(JSON.stringify(parts))]), 'hex');
  const variant = ((parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
