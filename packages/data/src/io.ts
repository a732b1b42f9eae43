import { WideheadError } from "@widehead/core";

/** Runs an operation of the file system; its failure becomes ERR_IO with the cause, unless it has a code of ours. */
export async function attempt<T>(expected: string, path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (cause) {
    throw cause instanceof WideheadError ? cause : ioError(expected, path, cause);
  }
}

export function ioError(expected: string, path: string, cause: unknown): WideheadError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const message = `data: expected ${expected} at ${path}, got: ${reason}`;
  return new WideheadError("ERR_IO", message, { path, expected }, { cause });
}
