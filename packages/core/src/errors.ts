/** Every code that Widehead can throw; stable across majors, each with cause and remedy in docs/errors.md. */
export type ErrorCode =
  | "ERR_SHAPE"
  | "ERR_DTYPE"
  | "ERR_INDEX_RANGE"
  | "ERR_DISPOSED"
  | "ERR_FOREIGN_HANDLE"
  | "ERR_OPTION"
  | "ERR_NOT_FINITE"
  | "ERR_DUPLICATE_ID"
  | "ERR_LOSS_DOMAIN"
  | "ERR_STALE_STEP"
  | "ERR_MEMORY"
  | "ERR_IO"
  | "ERR_UNSUPPORTED"
  | "ERR_BACKEND_UNAVAILABLE"
  | "ERR_DEVICE_LOST"
  | "ERR_NUMERIC_DRIFT"
  | "ERR_FORMAT";

/** The one error class of Widehead: a stable `code`, a message with both sides, and the facts in `details`. */
export class WideheadError extends Error {
  override readonly name = "WideheadError";
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    options?: { readonly cause?: unknown },
  ) {
    super(`${message} [${code}]`, options);
    this.code = code;
    this.details = details;
  }
}

/** True for a {@link WideheadError}, of the given code where one is given. */
export function isWideheadError(error: unknown, code?: ErrorCode): error is WideheadError {
  return error instanceof WideheadError && (code === undefined || error.code === code);
}
