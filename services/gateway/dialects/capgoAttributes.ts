import { cutBytes } from '../../../lib/events/reader.ts';

const MAX_ATTRIBUTES = 20;
const MAX_NAME = 64;
const MAX_VALUE_BYTES = 1024;
/** The plugin's page errors have 30 values of 2,048 characters; a record must stay far below what the log takes. */
const MAX_ALL_BYTES = 8 * 1024;

/** The fields, then the metadata, as far as they fit: what is empty is left out, what is long is cut. */
export function capgoAttributes(
  fields: Record<string, string>,
  metadata: Record<string, string>,
): Record<string, string> {
  const kept: [string, string][] = [];
  let room = MAX_ALL_BYTES;
  for (const [name, value] of [...Object.entries(fields), ...Object.entries(metadata)]) {
    if (kept.length === MAX_ATTRIBUTES) break;
    if (value === '' || name.length > MAX_NAME || room === 0) continue;
    const cut = cutBytes(value, Math.min(MAX_VALUE_BYTES, room));
    kept.push([name, cut]);
    room -= Buffer.byteLength(cut);
  }
  return Object.fromEntries(kept);
}
