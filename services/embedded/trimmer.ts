import type { Log } from '../../lib/log/log.ts';
import type { Logger } from '../../lib/runtime/logger.ts';

/** A topic and the group that must have passed a record before it may go. */
export interface Consumed {
  topic: string;
  group: string;
}

/** Lets the log forget what every consumer has passed; the log itself keeps what is younger than the topic's retention. */
export async function trimOnce(log: Log, consumed: readonly Consumed[]): Promise<void> {
  for (const { topic, group } of consumed) {
    const committed = await log.committed(group, topic);
    await log.trim(topic, new Map([...committed].map(([partition, { position }]) => [partition, position])));
  }
}

/** Trims now and then until stopped. Kafka deletes by itself; this is for the embedded log. */
export function startTrimmer(
  log: Log,
  consumed: readonly Consumed[],
  logger: Logger,
  everyMs = 10 * 60_000,
): { stop(): Promise<void> } {
  let running = Promise.resolve();
  const trim = (): void => {
    running = trimOnce(log, consumed).catch((error: unknown) => logger.warn({ err: error }, 'the log was not trimmed'));
  };
  const timer = setInterval(trim, everyMs);
  trim();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
