/**
 * The catalogue of errors. A code is stable: users, tests and alerts match on it and never on the text.
 * `retryable` says whether the same call may succeed later without a change; `next` says what a person does about it.
 * (What an HTTP client is answered stands in the catalogues of gateway and control, with the status.)
 */
export const errorCatalogue = {
  internal: {
    retryable: false,
    title: 'Something unexpected failed.',
    next: 'The process log has the details; it is a fault of ours, please report it.',
  },
  config_invalid: {
    retryable: false,
    title: 'The configuration has faults.',
    next: 'Each line of the message names a setting and what to write; `--check-config` tries it.',
  },
  data_dir_locked: {
    retryable: false,
    title: 'Another process owns the data directory.',
    next: 'Stop that process, or give this one a folder of its own by `ROLLGUARD_DATA_DIR`.',
  },
  data_dir_newer: {
    retryable: false,
    title: 'The data were written by a newer version.',
    next: 'Run the newer version again, or restore a copy made before it.',
  },
  log_unavailable: {
    retryable: true,
    title: 'The log cannot be reached.',
    next: 'Look at the brokers and at `ROLLGUARD_KAFKA_BROKERS`; the gateway spools meanwhile.',
  },
  log_not_migrated: {
    retryable: false,
    title: 'The topics are missing.',
    next: 'Run `rollguard migrate`.',
  },
  log_position_beyond_end: {
    retryable: false,
    title: 'A position lies beyond the end of the log.',
    next: 'The topic was recreated: run `rollguard migrate --new-log` and start the workers again.',
  },
  log_not_owner: {
    retryable: true,
    title: 'The partition has gone to another owner.',
    next: 'Nothing: the new owner goes on.',
  },
  log_behind_warehouse: {
    retryable: false,
    title: 'The log ends below what the warehouse holds of it.',
    next: 'The topic was recreated or restored: run `rollguard migrate --new-log` and start the workers again.',
  },
  log_recreated: {
    retryable: false,
    title: 'The log holds other records than those stored under its id.',
    next: 'The topic was recreated or restored: run `rollguard migrate --new-log` and start the workers again.',
  },
  log_fenced: {
    retryable: false,
    title: 'Another writer has taken this id over.',
    next: 'Nothing: the other writer goes on, and this process ends.',
  },
  log_record_too_large: {
    retryable: false,
    title: 'A record is larger than the log accepts.',
    next: 'Send smaller events; the limit is 2 MB a record.',
  },
  warehouse_unavailable: {
    retryable: true,
    title: 'The warehouse cannot be reached, or has no room.',
    next: 'Look at ClickHouse; the log keeps the events and the worker tries again until it succeeds.',
  },
  warehouse_refused: {
    retryable: false,
    title: 'The warehouse refused the statement.',
    next: 'The message has its reason; a refused block is taken apart by the worker itself.',
  },
  warehouse_changed: {
    retryable: false,
    title: 'A migration was edited after it had been applied.',
    next: 'Restore the file and put the change into a new migration.',
  },
  too_many_rejected: {
    retryable: false,
    title: 'Too many records cannot be stored; the worker has stopped.',
    next: 'See `GET /v1/rejected` for the reason, mend the sender, then raise `ROLLGUARD_REJECTED_PERCENT` for one run.',
  },
  block_half_stored: {
    retryable: false,
    title: 'A block was stored in part; a view or the disk is at fault.',
    next: 'Mend the view or the disk; the block is completed when the worker starts again.',
  },
  block_refused: {
    retryable: false,
    title: 'The warehouse refuses a block and no single record explains it.',
    next: 'The message has the reason of ClickHouse; mend the table and start the worker again.',
  },
  undecodable: {
    retryable: false,
    title: 'A record does not hold what its schema says.',
    next: 'It is kept in `rejected_events`; send it repaired by `POST /v1/rejected/replay`.',
  },
  unknown_schema: {
    retryable: false,
    title: 'A record names a schema that is not known here.',
    next: 'Upgrade the workers before the gateways, then replay.',
  },
  control_unreachable: {
    retryable: true,
    title: 'Nothing answers as the operator API.',
    next: 'Start `rollguard start` or `rollguard control`, or name its address by `ROLLGUARD_CONTROL_URL`.',
  },
  control_refused: {
    retryable: false,
    title: 'The operator API refused the request.',
    next: "The message has the API's own code and words.",
  },
  spool_full: {
    retryable: true,
    title: 'The log is away and the spool is full.',
    next: 'Bring the log back; raise `ROLLGUARD_SPOOL_BYTES` for longer outages.',
  },
  overloaded: {
    retryable: true,
    title: 'Too many events are waiting to become durable.',
    next: 'Clients come back by themselves; add gateways if it lasts.',
  },
} as const satisfies Record<string, { retryable: boolean; title: string; next: string }>;

export type ErrorCode = keyof typeof errorCatalogue;

export class RollguardError extends Error {
  override readonly name = 'RollguardError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, detail?: string, options?: { cause?: unknown }) {
    super(detail ?? errorCatalogue[code].title, options);
    this.code = code;
  }

  /** What a person does about it. */
  get next(): string {
    return errorCatalogue[this.code].next;
  }
}

/** The code of our first error in the chain of causes; `undefined` when there is none of ours. */
export function codeOf(error: unknown): ErrorCode | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof RollguardError) return at.code;
  }
  return undefined;
}

/** True for our error with one of these codes, wherever it lies in the chain of causes. */
export function hasCode(error: unknown, ...codes: ErrorCode[]): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof RollguardError && codes.includes(at.code)) return true;
  }
  return false;
}
