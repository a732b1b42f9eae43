import { bytesOf, createRandom, type Dtype } from "@widehead/core";
import { createEngine, SimdBackend, type SimdEngine } from "@widehead/wasm-kernels";

export const dtypes: readonly Dtype[] = ["float32", "float64"];

export async function createSimd(dtype: Dtype, maximumBytes?: number): Promise<SimdBackend> {
  const engine = await createEngine({ dtype, ...(maximumBytes !== undefined && { maximumBytes }) });
  const supports = { float32: true, float64: true, threads: false, deterministic: true };
  return new SimdBackend(engine, { name: "simd", kernel: "simd", supports });
}

/** Writes into an engine's memory without a backend. */
export class Placer {
  readonly engine: SimdEngine;
  readonly size: number;
  readonly #random = createRandom(3);

  constructor(engine: SimdEngine) {
    this.engine = engine;
    this.size = bytesOf(engine.dtype);
  }

  /** The address of so many elements with these numbers, or with normal random ones. */
  place(length: number, value: (i: number) => number = () => this.#random.normal()): number {
    const { address } = this.engine.arena.allocate(length * this.size);
    const elements = this.#elements();
    for (let i = 0; i < length; i += 1) elements[address / this.size + i] = value(i);
    return address;
  }

  placeIndices(numbers: ArrayLike<number>): number {
    const { address } = this.engine.arena.allocate(4 * numbers.length);
    this.engine.arena.indices.set(numbers, address / 4);
    return address;
  }

  read(address: number, length: number): number[] {
    const first = address / this.size;
    return [...this.#elements().subarray(first, first + length)];
  }

  #elements(): Float32Array | Float64Array {
    return this.engine.dtype === "float32" ? this.engine.arena.float32 : this.engine.arena.float64;
  }
}
