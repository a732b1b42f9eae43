export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export type TensorDtype = "F32" | "F64" | "U32";

/** A named tensor whose bytes (little-endian, row-major) come in chunks, so that it need not fit in memory twice. */
export interface Tensor {
  readonly name: string;
  readonly dtype: TensorDtype;
  readonly shape: readonly number[];
  chunks(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** The complete state of something: small facts as JSON, numbers as tensors. */
export interface Snapshot {
  readonly facts: { readonly [key: string]: Json };
  readonly tensors: readonly Tensor[];
}
