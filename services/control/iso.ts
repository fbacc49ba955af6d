/** Epoch ms as RFC 3339 in UTC, the one form of a time in every answer. */
export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
