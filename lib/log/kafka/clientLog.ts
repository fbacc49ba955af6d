import { logLevel } from 'kafkajs';
import type { LogEntry } from 'kafkajs';
import type { Logger } from '../../runtime/logger.ts';

/**
 * Passes kafkajs's log on, one level lower and below `info` at most `debug`: it calls an error what it then retries, and
 * a fresh broker's loading coordinators too. What does fail reaches the caller as an error.
 */
export function clientLog(logger: Logger | undefined): () => (entry: LogEntry) => void {
  return () =>
    ({ level, namespace, log }) => {
      if (!logger) return;
      const { message, timestamp, ...rest } = log;
      const line = { kafka: namespace, at: timestamp, ...plain(rest) };
      if (level === logLevel.ERROR) logger.info(line, message);
      else logger.debug(line, message);
    };
}

/** Keeps what is short; stacks and whole objects say nothing to an operator. */
function plain(fields: Record<string, unknown>): Record<string, string | number | boolean> {
  const short: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'stack') continue;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') short[name] = value;
  }
  return short;
}
