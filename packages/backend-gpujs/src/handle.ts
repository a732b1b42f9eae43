import type { Matrix } from "@widehead/core";
import type { Storage, Window } from "./engine/engine.ts";

/** A matrix over a storage, or a view of a rectangle of one: a view is an origin in the same storage. */
export class Handle implements Matrix, Window {
  readonly rows: number;
  readonly columns: number;
  readonly storage: Storage;
  readonly origin: number;
  readonly columnStride = 1;
  readonly #parent: Handle | undefined;
  readonly #release: () => void;
  #disposed = false;

  /** @param release  what disposing gives back */
  constructor(rows: number, columns: number, storage: Storage, release: () => void, origin = 0, parent?: Handle) {
    this.rows = rows;
    this.columns = columns;
    this.storage = storage;
    this.origin = origin;
    this.#release = release;
    this.#parent = parent;
  }

  get rowStride(): number {
    return this.storage.columns;
  }

  get disposed(): boolean {
    return this.#disposed || (this.#parent?.disposed ?? false);
  }

  get empty(): boolean {
    return this.rows === 0 || this.columns === 0;
  }

  window(row: number, column: number, rows: number, columns: number): Handle {
    const origin = this.origin + row * this.rowStride + column;
    return new Handle(rows, columns, this.storage, () => {}, origin, this);
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#release();
  }
}
