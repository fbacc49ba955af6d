/**
 * The catalogue of errors. A code is stable: users, tests and alerts match on it and never on the text.
 * `retryable` says whether the same call may succeed later without a change; `status` is the HTTP answer where one is given.
 */
const catalogue = {
  internal: { status: 500, retryable: false, title: 'Something unexpected failed; the log has the details.' },
  config_invalid: { status: 500, retryable: false, title: 'The configuration has faults.' },
  data_dir_locked: { status: 500, retryable: false, title: 'Another process owns the data directory.' },
  data_dir_newer: { status: 500, retryable: false, title: 'The data directory was written by a newer version.' },
  log_unavailable: { status: 503, retryable: true, title: 'The log cannot be reached.' },
  log_not_migrated: { status: 503, retryable: false, title: 'The topics are missing: run `rollguard migrate`.' },
  log_position_beyond_end: {
    status: 500,
    retryable: false,
    title: 'A position lies beyond the end of the log: was the topic recreated?',
  },
  log_not_owner: { status: 500, retryable: true, title: 'The partition has gone to another owner.' },
  log_behind_warehouse: { status: 500, retryable: false, title: 'The log ends below what the warehouse holds of it.' },
  log_recreated: {
    status: 500,
    retryable: false,
    title: 'The log holds other records than those stored under its id.',
  },
  log_fenced: { status: 500, retryable: false, title: 'Another writer has taken this id over.' },
  log_record_too_large: { status: 413, retryable: false, title: 'A record is larger than the log accepts.' },
  warehouse_unavailable: { status: 503, retryable: true, title: 'The warehouse cannot be reached.' },
  warehouse_refused: { status: 500, retryable: false, title: 'The warehouse refused the statement.' },
  warehouse_changed: { status: 500, retryable: false, title: 'A migration was edited after it had been applied.' },
  warehouse_not_migrated: { status: 503, retryable: false, title: 'The tables are missing: run `rollguard migrate`.' },
  too_many_rejected: {
    status: 500,
    retryable: false,
    title: 'Too many records cannot be stored; the worker has stopped.',
  },
  block_half_stored: {
    status: 500,
    retryable: false,
    title: 'A block was stored in part; a view or the disk is at fault.',
  },
  block_refused: {
    status: 500,
    retryable: false,
    title: 'The warehouse refuses a block and no single record explains it.',
  },
  undecodable: { status: 500, retryable: false, title: 'A record does not hold what its schema says.' },
  unknown_schema: { status: 500, retryable: false, title: 'A record names a schema that is not known here.' },
  spool_full: { status: 503, retryable: true, title: 'The log is away and the spool is full.' },
  overloaded: { status: 503, retryable: true, title: 'Too many events are waiting to become durable.' },
  body_unreadable: { status: 400, retryable: false, title: 'The body cannot be read.' },
  body_too_large: { status: 413, retryable: false, title: 'The body is too large.' },
  batch_too_large: { status: 413, retryable: false, title: 'The request holds too many events.' },
  unsupported_encoding: { status: 415, retryable: false, title: 'The body is compressed in a way not known here.' },
  key_missing: { status: 401, retryable: false, title: 'The request carries no key.' },
  key_unknown: { status: 401, retryable: false, title: 'The key is not known, or was revoked.' },
  key_wrong_kind: { status: 403, retryable: false, title: 'The key is of the wrong kind.' },
  app_not_allowed: { status: 403, retryable: false, title: 'The key is bound to another app.' },
  rate_limited: { status: 429, retryable: true, title: 'Too many events at once.' },
  route_unknown: { status: 404, retryable: false, title: 'There is nothing at this address.' },
} as const;

export type ErrorCode = keyof typeof catalogue;

export class RollguardError extends Error {
  override readonly name = 'RollguardError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, detail?: string, options?: { cause?: unknown }) {
    super(detail ?? catalogue[code].title, options);
    this.code = code;
  }

  get status(): number {
    return catalogue[this.code].status;
  }

  get retryable(): boolean {
    return catalogue[this.code].retryable;
  }

  get title(): string {
    return catalogue[this.code].title;
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
