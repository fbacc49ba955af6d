import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  /** Deadline, ms. */
  timeoutMs: number;
  /** What is waited for, as the error names it. */
  what: string;
  /** Time between two questions, ms; more where each one costs the asked. */
  everyMs?: number;
}

/** Asks again until the condition gives something truthy, and returns that; fails at the deadline. */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { timeoutMs, what, everyMs = 5 }: WaitOptions,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const result = await condition();
    if (result) return result;
    if (Date.now() >= deadline) throw new Error(`gave up after ${timeoutMs} ms waiting for ${what}`);
    await delay(everyMs);
  }
}
