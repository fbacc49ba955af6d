import { RollguardError } from '../runtime/errors.ts';

/**
 * ClickHouse codes that speak about the statement or its bytes: the same bytes will be refused for ever. The list is
 * closed on purpose. Every other code (too many parts 252, memory 241, time-out 159 and 209, readonly 164 and 242, keeper
 * 999, no space 243, an unknown table 60 before `migrate`, a code nobody has met yet) counts as unavailable: to try again
 * for ever is safe, to give a good block up is not.
 */
const refused = new Set([
  6, // CANNOT_PARSE_TEXT
  10, // NOT_FOUND_COLUMN_IN_BLOCK
  16, // NO_SUCH_COLUMN_IN_TABLE
  20, // NUMBER_OF_COLUMNS_DOESNT_MATCH
  25, // CANNOT_PARSE_ESCAPE_SEQUENCE
  26, // CANNOT_PARSE_QUOTED_STRING
  27, // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  33, // CANNOT_READ_ALL_DATA
  34, // TOO_MANY_ARGUMENTS_FOR_FUNCTION
  38, // CANNOT_PARSE_DATE
  41, // CANNOT_PARSE_DATETIME
  42, // NUMBER_OF_ARGUMENTS_DOESNT_MATCH
  43, // ILLEGAL_TYPE_OF_ARGUMENT
  44, // ILLEGAL_COLUMN
  46, // UNKNOWN_FUNCTION
  47, // UNKNOWN_IDENTIFIER
  50, // UNKNOWN_TYPE
  53, // TYPE_MISMATCH
  62, // SYNTAX_ERROR
  69, // ARGUMENT_OUT_OF_BOUND
  70, // CANNOT_CONVERT_TYPE
  72, // CANNOT_PARSE_NUMBER
  73, // UNKNOWN_FORMAT
  115, // UNKNOWN_SETTING
  117, // INCORRECT_DATA
  131, // TOO_LARGE_STRING_SIZE
  215, // NOT_AN_AGGREGATE
  321, // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
  349, // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
  376, // CANNOT_PARSE_UUID
  386, // NO_COMMON_TYPE
  407, // DECIMAL_OVERFLOW
  456, // UNKNOWN_QUERY_PARAMETER
  457, // BAD_QUERY_PARAMETER
  467, // CANNOT_PARSE_BOOL
]);

/** `warehouse_unavailable` or `warehouse_refused`, with the engine's own code where it gave one. */
export class WarehouseError extends RollguardError {
  readonly clickhouseCode: number | undefined;

  constructor(
    code: 'warehouse_unavailable' | 'warehouse_refused',
    detail: string,
    cause: unknown,
    engineCode?: number,
  ) {
    super(code, detail, { cause });
    this.clickhouseCode = engineCode;
  }
}

/** Sorts whatever the client threw by its code, never by its text. Our own errors pass unchanged. */
export function toWarehouseError(error: unknown): RollguardError {
  if (error instanceof RollguardError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  const code = engineCode(error);
  const refusal = code !== undefined && refused.has(code);
  return new WarehouseError(refusal ? 'warehouse_refused' : 'warehouse_unavailable', detail, error, code);
}

/**
 * The number that ClickHouse gave. By shape, not by class: the client and the embedded connection each bring their own
 * `ClickHouseError`. A digit string tells it from the codes of Node (`ECONNREFUSED`).
 */
function engineCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^\d+$/.test(error.code) ? Number(error.code) : undefined;
}
