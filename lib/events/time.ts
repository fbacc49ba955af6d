const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:([Zz])|([+-])(\d{2}):(\d{2}))$/;

/** The farthest time a JavaScript date can hold, ms. */
const FARTHEST_MS = 8.64e15;

/**
 * Epoch ms of an RFC 3339 time (a leap second counts as the second before it, digits below the millisecond are dropped)
 * or of a number that already is epoch ms; `undefined` when it is neither. A time without an offset is no time.
 */
export function parseTime(value: string | number): number | undefined {
  if (typeof value === 'number') return Math.abs(value) <= FARTHEST_MS ? Math.round(value) : undefined;
  const match = rfc3339.exec(value);
  if (!match) return undefined;
  const part = (index: number): number => Number(match[index]);
  const [year, month, day, hour, minute] = [part(1), part(2), part(3), part(4), part(5)];
  const second = Math.min(part(6), 59);
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || part(6) > 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  // 30 February would otherwise become 2 March.
  if (date.getUTCMonth() !== month - 1 || day < 1) return undefined;
  date.setUTCHours(hour, minute, second, Number((match[7] ?? '').padEnd(3, '0').slice(0, 3)));
  if (match[8] !== undefined) return date.getTime();
  if (part(10) > 23 || part(11) > 59) return undefined;
  const offset = (part(10) * 60 + part(11)) * 60_000;
  return date.getTime() + (match[9] === '+' ? -offset : offset);
}
