import type { Backend } from "@widehead/core";

/** What a snapshot of one of these layers needs to live again. */
export interface BaselineRestoreOptions {
  readonly backend: Backend;
  /** Bytes that the weights may take; ERR_MEMORY beyond. Unlimited unless told. */
  readonly memoryLimit?: number;
}
