import type { Param } from './warehouse.ts';

/** Parameters travel in the address of a request, whose length a server limits: the most entries of an array at once. */
export const parametersAtOnce = 200;

/** `YYYY-MM-DD HH:MM:SS.mmm` in UTC: what a `DateTime64(3, 'UTC')` parameter takes without losing its milliseconds. */
export function dateText(date: Date): string {
  return date.toISOString().slice(0, 23).replace('T', ' ');
}

/** Both clients cut a `Date` in their own ways (one to seconds), so dates go in as text. */
export function toQueryParams(params: Record<string, Param>): Record<string, string | number | boolean | unknown[]> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      value instanceof Date ? dateText(value) : typeof value === 'object' ? [...value] : value,
    ]),
  );
}
