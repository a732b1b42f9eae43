import { WideheadError } from "@widehead/core";
import { CompiledKernels, type Dialect } from "./compiled.ts";
import { solveByKernels } from "./elimination.ts";
import type { Argument, Engine, Storage, Window } from "./engine.ts";
import { outOfMemory } from "./errors.ts";
import type { Instance, Library, Texture } from "./library.ts";
import { fill, type KernelSource, product } from "./source.ts";
import { packing, place, placeProduct, upload } from "./texture-source.ts";

interface TextureStorage extends Storage {
  /** Undefined until something is written: zeros. */
  texture: Texture | undefined;
}

/** Matrices that one transfer packs: each is a texture, and every GPU has sixteen. */
const PACKED = 15;

/** A texture is a list whatever its shape, and gpu.js makes lists nearly square: so no side meets a GPU's limit early. */
const dialect: Dialect = {
  matrixType: "ArrayTexture(1)",
  layout: (rows, columns) => ({
    prologue: `
    const row = quotient(this.thread.x, columns);
    const column = this.thread.x - row * columns;`,
    output: [rows * columns],
  }),
};

/**
 * gpu.js on a GPU, in its modes webgl2 and headlessgl: matrices are textures that stay there. A kernel computes a window
 * into a texture of its own, which becomes the allocation, or which a second kernel puts in place where it is a part.
 */
export class TextureEngine implements Engine {
  readonly #maxTextureSize: number;
  readonly #waits: boolean;
  readonly #instance: Instance;
  readonly #kernels: CompiledKernels;

  /**
   * @param waits  true to wait for the GPU in a read, false to poll it meanwhile, which takes a processor: where the GPU is
   *   emulated, from it
   */
  constructor(library: Library, mode: "webgl2" | "headlessgl", maxTextureSize: number, waits: boolean) {
    this.#maxTextureSize = maxTextureSize;
    this.#waits = waits;
    this.#instance = new library.GPU({ mode });
    this.#instance.addNativeFunction(
      "quotient",
      "int quotient(int dividend, int divisor) { return dividend / divisor; }",
    );
    this.#kernels = new CompiledKernels(library, this.#instance, dialect);
  }

  allocate(rows: number, columns: number): TextureStorage {
    if (rows * columns > this.#maxTextureSize ** 2) throw outOfMemory(rows, columns);
    return { rows, columns, bytes: 4 * rows * columns, texture: undefined };
  }

  release(storage: Storage): void {
    replace(storage, undefined);
  }

  write(out: Window, data: Float32Array): void {
    this.compute(upload, [data], out);
  }

  compute(source: KernelSource, args: readonly Argument[], out: Window): void {
    const result = this.#run(source, out.rows, out.columns, args.flatMap(this.#flat)) as Texture;
    if (isWhole(out)) {
      replace(out.storage, result);
      return;
    }
    this.#place(place, out, [result, 0, 0, 0]);
    result.delete();
  }

  multiply(a: Window, b: Window, out: Window, alpha: number, beta: number): void {
    const args = [a, b, out.rows, a.columns].flatMap(this.#flat);
    const cells = this.#run(product, Math.ceil(out.rows / 4), out.columns, args) as Texture;
    this.#place(placeProduct, out, [cells, alpha, beta]);
    cells.delete();
  }

  solve(a: Window, b: Window, out: Window, status: Window): void {
    solveByKernels(this, a, b, out, status);
  }

  async read(windows: readonly Window[]): Promise<Float32Array[]> {
    const filled = windows.filter(({ rows, columns }) => rows > 0 && columns > 0);
    const copies: Float32Array[] = [];
    for (let first = 0; first < filled.length; first += PACKED) {
      copies.push(...(await this.#readPacked(filled.slice(first, first + PACKED))));
    }
    this.#checkContext();
    return windows.map((window) => (window === filled[0] && filled.shift() ? copies.shift()! : new Float32Array(0)));
  }

  works(): boolean {
    return this.#fault() === undefined;
  }

  async destroy(): Promise<void> {
    await this.#instance.destroy();
  }

  async #readPacked(windows: readonly Window[]): Promise<Float32Array[]> {
    const sizes = windows.map(({ rows, columns }) => rows * columns);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    let end = 0;
    const args = windows.flatMap((window, n) => {
      end += sizes[n];
      return [...this.#flat(window), window.columns, end];
    });
    const settings = { pipeline: false, immutable: false, asyncMode: !this.#waits };
    const numbers = (await this.#run(packing(windows.length), 1, total, args, settings)) as Float32Array;
    end = 0;
    return sizes.map((size) => {
      end += size;
      return numbers.slice(end - size, end);
    });
  }

  #place(source: KernelSource, out: Window, patch: readonly unknown[]): void {
    const { rows, columns } = out.storage;
    const whole = { storage: out.storage, rows, columns, origin: 0, rowStride: columns, columnStride: 1 };
    const corner = [Math.floor(out.origin / columns), out.origin % columns];
    const args = [...this.#flat(whole), ...corner, out.rows, out.columns, ...patch];
    replace(out.storage, this.#run(source, rows, columns, args) as Texture);
  }

  #run(
    source: KernelSource,
    rows: number,
    columns: number,
    args: readonly unknown[],
    settings?: Readonly<Record<string, unknown>>,
  ): unknown {
    return this.#kernels.run(source, rows, columns, args, settings);
  }

  /** An argument as gpu.js takes it. */
  readonly #flat = (argument: Argument): readonly unknown[] => {
    if (typeof argument === "number") return [argument];
    if (argument instanceof Float32Array) return [this.#kernels.input(argument)];
    return [this.#textureOf(argument), argument.origin, argument.rowStride, argument.columnStride];
  };

  #textureOf({ storage }: Window): Texture {
    const written = storage as TextureStorage;
    written.texture ??= this.#run(fill, storage.rows, storage.columns, [0]) as Texture;
    return written.texture;
  }

  #checkContext(): void {
    const fault = this.#fault();
    if (fault === undefined) return;
    throw new WideheadError("ERR_DEVICE_LOST", `gpujs: expected WebGL to go on, but ${fault}`, { backend: "gpujs" });
  }

  /** WebGL does not throw: it computes nothing and says so when asked. */
  #fault(): string | undefined {
    const context = this.#instance.context;
    if (context === null) return undefined;
    const error = context.getError();
    if (context.isContextLost()) return "its context is lost";
    return error === context.NO_ERROR ? undefined : `it reports error ${error}`;
  }
}

function replace(storage: Storage, texture: Texture | undefined): void {
  const written = storage as TextureStorage;
  written.texture?.delete();
  written.texture = texture;
}

function isWhole({ storage, rows, columns }: Window): boolean {
  return rows === storage.rows && columns === storage.columns;
}
