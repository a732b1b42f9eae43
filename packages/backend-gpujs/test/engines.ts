import { GpujsBackend } from "../src/backend.ts";
import { ArrayEngine } from "../src/engine/arrays.ts";
import type { Window } from "../src/engine/engine.ts";
import { loadLibrary } from "../src/engine/library.ts";

/** Counts what a step is made of; fails where it is told to. */
export class WatchedEngine extends ArrayEngine {
  /** [rows, inner, columns] of each product. */
  readonly products: (readonly number[])[] = [];
  reads = 0;
  failure: Error | undefined;

  override multiply(a: Window, b: Window, out: Window, alpha: number, beta: number): void {
    if (this.failure !== undefined) throw this.failure;
    this.products.push([out.rows, a.columns, out.columns]);
    super.multiply(a, b, out, alpha, beta);
  }

  override read(windows: readonly Window[]): Promise<Float32Array[]> {
    this.reads += 1;
    return super.read(windows);
  }
}

export async function watchedBackend(): Promise<{ readonly engine: WatchedEngine; readonly backend: GpujsBackend }> {
  const engine = new WatchedEngine(await loadLibrary(), "webasm");
  return { engine, backend: new GpujsBackend(engine, "watched") };
}
