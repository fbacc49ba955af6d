import { RollguardError } from '../../runtime/errors.ts';
import type { ErrorCode } from '../../runtime/errors.ts';

/** Kafka's own names of what went wrong, by what it means for a caller of the log. All else is `log_unavailable`. */
const codes: Record<string, ErrorCode> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'log_not_migrated',
  MESSAGE_TOO_LARGE: 'log_record_too_large',
  RECORD_LIST_TOO_LARGE: 'log_record_too_large',
  ILLEGAL_GENERATION: 'log_not_owner',
  UNKNOWN_MEMBER_ID: 'log_not_owner',
  REBALANCE_IN_PROGRESS: 'log_not_owner',
  FENCED_INSTANCE_ID: 'log_not_owner',
  INVALID_PRODUCER_EPOCH: 'log_fenced',
  INVALID_PRODUCER_ID_MAPPING: 'log_fenced',
  PRODUCER_FENCED: 'log_fenced',
};

/** Kafka's name for the error, wherever it lies in the chain of causes. */
export function protocolType(error: unknown): string | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('type' in at && typeof at.type === 'string') return at.type;
  }
  return undefined;
}

/** The error of the catalogue for whatever a Kafka client threw, with that as its cause. */
export function logError(error: unknown, doing: string): RollguardError {
  if (error instanceof RollguardError) return error;
  const type = protocolType(error);
  const code = codes[type ?? ''] ?? 'log_unavailable';
  const reason = type ?? (error instanceof Error ? error.message : String(error));
  return new RollguardError(code, `${doing}: ${reason}`, { cause: error });
}

/** The promise, or `log_unavailable` when it takes longer. What it does later is nobody's concern any more. */
export async function within<T>(ms: number, doing: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new RollguardError('log_unavailable', `${doing}: no answer in ${ms} ms`)), ms);
  });
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
