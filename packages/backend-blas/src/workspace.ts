import { bytesOf, type Dtype, type FloatArray, floatArray } from "@widehead/core";
import type { Foreign } from "./library/native.ts";

const alignment = 64;

/** Numbers outside the arena that native code and JavaScript both see; room grows, and goes with the workspace. */
export class Workspace {
  readonly #dtype: Dtype;
  readonly #foreign: Foreign;
  #address = 0;
  #values: FloatArray;

  constructor(dtype: Dtype, foreign: Foreign, length = 0) {
    this.#dtype = dtype;
    this.#foreign = foreign;
    this.#values = floatArray(dtype, 0);
    this.reserve(length);
  }

  /** Address of the first number, a multiple of 64. */
  get address(): number {
    return this.#address;
  }

  get values(): FloatArray {
    return this.#values;
  }

  /** Makes room for `length` numbers; where there was less, all become 0. */
  reserve(length: number): void {
    if (length <= this.#values.length) return;
    const buffer = new ArrayBuffer(length * bytesOf(this.#dtype) + alignment);
    const start = this.#foreign.addressOf(new Uint8Array(buffer));
    const offset = (alignment - (start % alignment)) % alignment;
    const Floats = this.#dtype === "float32" ? Float32Array : Float64Array;
    this.#values = new Floats(buffer, offset, length);
    this.#address = start + offset;
  }
}
