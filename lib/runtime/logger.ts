import { pino } from 'pino';
import type { Logger } from 'pino';

export type { Logger };

/** JSON lines on standard error, so that a command's own output stays clean. */
export function createLogger(level: string, service: string): Logger {
  return pino({ level, base: { service } }, pino.destination({ fd: 2, sync: true }));
}
