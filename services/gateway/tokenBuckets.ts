export interface Rate {
  /** 0 sets no limit. */
  perSecond: number;
  burst: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/**
 * One token bucket per name, in bounded memory: above `most` names the one used longest ago is forgotten, which gives it a
 * full bucket again. A crowd of names can thus widen a limit, never narrow one.
 */
export class TokenBuckets {
  private readonly buckets = new Map<string | number, Bucket>();
  private readonly rate: Rate;
  private readonly most: number;

  constructor(rate: Rate, most: number) {
    this.rate = rate;
    this.most = most;
  }

  /**
   * Takes n tokens when they are there; else takes none and returns how long it lasts until they are, ms. More than a
   * whole burst is taken as a burst, or it could never be served.
   */
  take(name: string | number, n: number, now: number): number {
    const { perSecond, burst } = this.rate;
    if (perSecond === 0) return 0;
    const waitMs = this.wait(name, n, now);
    const tokens = this.tokens(name, now);
    this.buckets.delete(name);
    this.buckets.set(name, { tokens: waitMs === 0 ? tokens - Math.min(n, burst) : tokens, at: now });
    if (this.buckets.size > this.most) this.buckets.delete(this.buckets.keys().next().value!);
    return waitMs;
  }

  /** How long it lasts until n tokens could be taken, ms; takes none. */
  wait(name: string | number, n: number, now: number): number {
    const { perSecond, burst } = this.rate;
    if (perSecond === 0) return 0;
    const missing = Math.min(n, burst) - this.tokens(name, now);
    return missing <= 0 ? 0 : Math.ceil((missing / perSecond) * 1000);
  }

  private tokens(name: string | number, now: number): number {
    const known = this.buckets.get(name);
    if (!known) return this.rate.burst;
    // A clock set back gives nothing and takes nothing.
    const gained = (Math.max(0, now - known.at) * this.rate.perSecond) / 1000;
    return Math.min(this.rate.burst, known.tokens + gained);
  }
}
