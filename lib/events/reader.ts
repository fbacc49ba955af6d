import { parseTime } from './time.ts';

/** What can be wrong with one event; the list is closed and its words are stable. */
export const faultCodes = [
  'missing_field',
  'wrong_type',
  'too_long',
  'too_large',
  'bad_characters',
  'bad_time',
  'out_of_range',
  'too_many_attributes',
] as const;

export type FaultCode = (typeof faultCodes)[number];

/** `message` is for people and never quotes the value. */
export interface Fault {
  code: FaultCode;
  field: string;
  message: string;
}

/** Reads fields of a JSON object one by one and keeps the first fault. A field that is absent or null has its default. */
export interface Reader {
  required(field: string, most: number): string;
  /** At most 128 characters, no control characters. */
  id(field: string): string;
  text(field: string, most: number): string;
  /** Cut to so many bytes of UTF-8: a failure must not be lost for its long message. */
  cutText(field: string, bytes: number): string;
  /** Epoch ms. */
  time(field: string): number | null;
  /** A whole number from 0; fractions are rounded. */
  count(field: string, most?: number): number | null;
  flag(field: string, absent: boolean): boolean;
  map(field: string, most: number, name: number, value: number): Record<string, string>;
  missing(field: string): void;
  fault(): Fault | undefined;
}

const MAX_ID = 128;
/** Avro longs are read back as numbers up to here (avsc refuses 2^53 − 1). */
const MAX_COUNT = 2 ** 53 - 2;
const control = /[\u0000-\u001f\u007f]/;

export function createReader(source: Record<string, unknown>): Reader {
  let first: Fault | undefined;

  function fail(code: FaultCode, field: string, message: string): void {
    first ??= { code, field, message };
  }

  function get(field: string): unknown {
    return Object.hasOwn(source, field) ? source[field] : undefined;
  }

  function text(field: string, most: number): string {
    const value = get(field);
    if (value === undefined || value === null) return '';
    if (typeof value !== 'string') {
      fail('wrong_type', field, 'must be a string');
      return '';
    }
    if (value.length > most) fail('too_long', field, `has at most ${most} characters`);
    return value;
  }

  function id(field: string): string {
    const value = text(field, MAX_ID);
    if (control.test(value)) fail('bad_characters', field, 'must not hold control characters');
    return value;
  }

  function missing(field: string): void {
    fail('missing_field', field, 'is required');
  }

  return {
    id,
    text,
    missing,
    fault: () => first,
    required(field, most) {
      const value = text(field, most);
      if (value === '') missing(field);
      return value;
    },
    cutText: (field, bytes) => cutBytes(text(field, Infinity), bytes),
    time(field) {
      const value = get(field);
      if (value === undefined || value === null) return null;
      if (typeof value !== 'string' && typeof value !== 'number') {
        fail('wrong_type', field, 'must be an RFC 3339 time or epoch milliseconds');
        return null;
      }
      const time = parseTime(value);
      if (time === undefined)
        fail('bad_time', field, 'must be an RFC 3339 time with its offset, or epoch milliseconds');
      return time ?? null;
    },
    count(field, most = MAX_COUNT) {
      const value = get(field);
      if (value === undefined || value === null) return null;
      if (typeof value !== 'number') {
        fail('wrong_type', field, 'must be a number');
        return null;
      }
      const rounded = Math.round(value);
      if (rounded >= 0 && rounded <= most) return rounded;
      fail('out_of_range', field, `must be from 0 to ${most}`);
      return null;
    },
    flag(field, absent) {
      const value = get(field);
      if (value === undefined || value === null) return absent;
      if (typeof value !== 'boolean') fail('wrong_type', field, 'must be true or false');
      return value === true;
    },
    map(field, most, name, longest) {
      const value = get(field);
      if (value === undefined || value === null) return {};
      if (typeof value !== 'object' || Array.isArray(value)) {
        fail('wrong_type', field, 'must be an object of strings');
        return {};
      }
      const entries = Object.entries(value as Record<string, unknown>);
      if (entries.length > most) fail('too_many_attributes', field, `has at most ${most} entries`);
      for (const [key, one] of entries) {
        if (typeof one !== 'string') fail('wrong_type', field, 'must be an object of strings');
        else if (key.length > name || one.length > longest) {
          fail('too_long', field, `has names of at most ${name} and values of at most ${longest} characters`);
        }
      }
      return Object.fromEntries(entries) as Record<string, string>;
    },
  };
}

/** The longest beginning of the text with at most so many bytes of UTF-8, no character cut in two. */
export function cutBytes(text: string, bytes: number): string {
  if (text.length * 3 <= bytes || Buffer.byteLength(text) <= bytes) return text;
  const whole = Buffer.from(text);
  let end = bytes;
  // Step back over the tail bytes of the character that the cut would split.
  while (end > 0 && (whole[end]! & 0xc0) === 0x80) end -= 1;
  return whole.toString('utf8', 0, end);
}
