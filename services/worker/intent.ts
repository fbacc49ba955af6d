/**
 * What a worker is about to insert, kept as the metadata of the offset commit that precedes the insert. After a crash the
 * next owner reads it back and forms exactly the same block again, under the same token.
 */
export interface Intent {
  /** Offset of the block's last record. The first is the committed position itself. */
  last: number;
  /** Records in the block, those that will be rejected included. */
  rows: number;
  /** `framed`: the records as they lie in the log. `decoded`: after a refusal, without those found bad one by one. */
  mode: 'framed' | 'decoded';
  /** When the intent was made, epoch ms. */
  at: number;
}

export function encodeIntent(intent: Intent): string {
  return JSON.stringify(intent);
}

/** The intent in a commit's metadata; `undefined` where there is none, or something that we did not write. */
export function decodeIntent(metadata: string): Intent | undefined {
  if (!metadata.startsWith('{')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(metadata);
  } catch {
    return undefined;
  }
  const { last, rows, mode, at } = value as Partial<Record<keyof Intent, unknown>>;
  if (!Number.isSafeInteger(last) || !Number.isSafeInteger(rows) || !Number.isSafeInteger(at)) return undefined;
  if (mode !== 'framed' && mode !== 'decoded') return undefined;
  return { last: last as number, rows: rows as number, mode, at: at as number };
}
