import { WideheadError } from "@widehead/core";

/** Runs an operation of the file system; its failure becomes ERR_IO with the cause. */
export async function attempt<T>(expected: string, path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WideheadError(
      "ERR_IO",
      `data: expected ${expected} at ${path}, got: ${reason}`,
      { path, expected },
      { cause },
    );
  }
}
