import type { LogOptions } from '../../../lib/log/open.ts';

/** What every server of the gateway's comparison says and is asked. */
export interface Serving {
  url: string;
}

/** Answer to any message but `{ stop: true }`. */
export interface Served {
  /** CPU time since the start, s. */
  cpuSeconds: number;
  /** Events that lie in the log; `undefined` for a server without one. */
  durable?: number;
}

export interface ServeArgument {
  log: LogOptions;
  /** Folder of the spool, on as by default. */
  spoolDir: string;
  key: string;
}

export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
