import type { Config } from '../../lib/runtime/config/settings.ts';
import type { RejectionLimits } from './rejectionLimit.ts';

export interface WorkerConfig {
  /** Largest number of records in one block. */
  blockRows: number;
  /** Largest number of bytes taken from a partition at once. */
  fetchBytes: number;
  /** How long the log may wait for more records before it hands over fewer, ms. */
  lingerMs: number;
  /** After how long without records the position moves past the last block, ms. */
  idleMs: number;
  /** An intent older than this is checked against the stored rows, ms. */
  oldIntentMs: number;
  rejections: RejectionLimits;
}

export const workerDefaults: WorkerConfig = {
  blockRows: 100_000,
  fetchBytes: 16 * 1024 * 1024,
  lingerMs: 300,
  idleMs: 1000,
  oldIntentMs: 10 * 60 * 1000,
  rejections: { inARow: 1000, percent: 5 },
};

export function workerConfig(config: Config): WorkerConfig {
  return {
    ...workerDefaults,
    blockRows: config.blockRows,
    fetchBytes: config.blockBytes,
    lingerMs: config.blockMs,
    oldIntentMs: config.oldIntentSeconds * 1000,
    rejections: { inARow: config.rejectedInARow, percent: config.rejectedPercent },
  };
}
