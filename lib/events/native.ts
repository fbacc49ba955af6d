import { closedSegments, emptyDraft, openSegments } from './draft.ts';
import type { Parsed } from './draft.ts';
import { errorClass, isFailure } from './errorClass.ts';
import { largerAsJson } from './jsonSize.ts';
import { kinds } from './kinds.ts';
import type { Kind } from './kinds.ts';
import { createReader } from './reader.ts';

/** Limits of one native event, characters (UTF-16 units) unless they say bytes. */
export const MAX_EVENT_BYTES = 16 * 1024;
const MAX_KIND = 64;
const MAX_SEGMENT = 256;
const MAX_ATTRIBUTES = 20;
const MAX_ATTRIBUTE_NAME = 64;
const MAX_ATTRIBUTE_VALUE = 1024;

export interface NativeDefaults {
  /** App of an event that names none; "" when the key is bound to none. */
  app_id: string;
  /** Device clock at sending, of the envelope, epoch ms. */
  sent_at: number | null;
}

const known: ReadonlySet<string> = new Set(kinds);

/**
 * One event of `POST /v1/events` (design §3) → draft, or what is wrong with it. Fields that are not known are ignored, a
 * kind that is not known becomes `other`; `null` is the same as absent. Never throws, whatever the value.
 */
export function parseNative(value: unknown, defaults: NativeDefaults): Parsed {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return { fault: { code: 'wrong_type', field: '', message: 'an event is a JSON object' } };
  }
  if (largerAsJson(value, MAX_EVENT_BYTES)) {
    return { fault: { code: 'too_large', field: '', message: `an event has at most ${MAX_EVENT_BYTES} bytes` } };
  }
  const read = createReader(value as Record<string, unknown>);
  const word = read.required('kind', MAX_KIND);
  const draft = emptyDraft(known.has(word) ? (word as Kind) : 'other');
  draft.source_action = word;
  draft.app_id = read.id('app_id') || defaults.app_id;
  if (draft.app_id === '') read.missing('app_id');
  draft.device_id = read.id('device_id');
  if (draft.device_id === '') read.missing('device_id');
  draft.release = read.id('release');
  if (draft.release === '' && !mayLackRelease(draft.kind, 'release' in value)) read.missing('release');
  draft.previous_release = read.id('previous_release');
  draft.event_id = read.id('event_id');
  draft.occurred_at = read.time('occurred_at');
  draft.sent_at = read.time('sent_at') ?? defaults.sent_at;
  for (const name of closedSegments) draft[name] = read.text(name, MAX_SEGMENT);
  for (const name of openSegments) draft[name] = read.text(name, MAX_SEGMENT);
  draft.duration_ms = read.count('duration_ms');
  draft.bytes = read.count('bytes');
  draft.progress = read.count('progress', 100);
  draft.attempt = read.count('attempt');
  draft.error_code = read.text('error_code', 128);
  draft.error_message = read.cutText('error_message', 1024);
  draft.is_production = read.flag('is_production', true);
  draft.is_emulator = read.flag('is_emulator', false);
  draft.attributes = read.map('attributes', MAX_ATTRIBUTES, MAX_ATTRIBUTE_NAME, MAX_ATTRIBUTE_VALUE);
  draft.error_class = errorClass(draft.kind, draft.error_code, draft.error_message);
  const fault = read.fault();
  return fault ? { fault } : { draft };
}

/** A failure may say that it does not know its target by `"release": ""`; an unknown kind needs no release at all. */
function mayLackRelease(kind: Kind, given: boolean): boolean {
  return kind === 'other' || (isFailure(kind) && given);
}
