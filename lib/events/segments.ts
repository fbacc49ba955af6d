/** Letters and digits of any script first, then also space and `._+:/()-`; 64 characters at most. */
const closed = /^[\p{L}\p{N}][\p{L}\p{N} ._+:/()-]{0,63}$/u;

/** A value of a segment: as sent when it keeps to the closed pattern, "" when absent, else `other`. */
export function segment(value: string): string {
  return value === '' || closed.test(value) ? value : 'other';
}
