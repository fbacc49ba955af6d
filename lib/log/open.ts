import { LmdbLog } from './lmdb/lmdbLog.ts';
import type { Log } from './log.ts';

/** `dir` is a folder of the log's own; only one process may have it open. */
export interface LogOptions {
  kind: 'lmdb';
  dir: string;
}

export function openLog(options: LogOptions): Log {
  return new LmdbLog(options.dir);
}
