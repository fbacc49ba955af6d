import { Problem } from './problem.ts';

/** Where a page ended, as a text that a client hands back unread. */
export function encodeCursor(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** The parts of a cursor, as many and of such types as `like`. Throws `bad_parameter` for a text that is no cursor of ours. */
export function decodeCursor<Parts extends readonly (string | number)[]>(cursor: string, like: Parts): Parts {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    parts = undefined;
  }
  const fits =
    Array.isArray(parts) &&
    parts.length === like.length &&
    parts.every(
      (part, at) => typeof part === typeof like[at] && (typeof part === 'string' || Number.isSafeInteger(part)),
    );
  if (!fits) throw new Problem('bad_parameter', '`cursor` is the `next` of an earlier answer to the same question.');
  return parts as Parts;
}
