import { Problem } from './problem.ts';

const windowMs = 60_000;
const allowed = 10;
const mostAddresses = 10_000;

/**
 * Ten failed sign-ins a minute from one address, then none is looked at until the minute is over. In bounded memory: above
 * the bound the address that failed first is forgotten.
 */
export class FailedSignIns {
  private readonly windows = new Map<string, { failures: number; endsAt: number }>();

  /** Throws `too_many_sign_ins` when the address has used its failures up. */
  check(address: string, now: number): void {
    const window = this.windows.get(address);
    if (window === undefined || window.endsAt <= now || window.failures < allowed) return;
    const seconds = Math.ceil((window.endsAt - now) / 1000);
    throw new Problem('too_many_sign_ins', `Too many sign-ins have failed. Try again in ${seconds} s.`, seconds);
  }

  add(address: string, now: number): void {
    const window = this.windows.get(address);
    if (window !== undefined && window.endsAt > now) {
      window.failures += 1;
      return;
    }
    this.windows.delete(address);
    this.windows.set(address, { failures: 1, endsAt: now + windowMs });
    if (this.windows.size > mostAddresses) this.windows.delete(this.windows.keys().next().value!);
  }
}
