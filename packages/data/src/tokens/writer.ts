import { closeSync, openSync } from "node:fs";
import { attempt } from "../io.ts";
import { readFully, writeFully } from "./disk.ts";
import { blocksOf, DOCUMENT_START, ID_BITS, type TokenSource } from "./source.ts";

const BUFFER_TOKENS = 1 << 16;

/** Writes documents of tokens one after the other, and changes their ids later, in bounded memory. */
export class TokenWriter implements Disposable {
  readonly path: string;
  readonly #file: number;
  readonly #buffer: Uint32Array = new Uint32Array(BUFFER_TOKENS);
  #buffered = 0;
  #written = 0;

  private constructor(path: string, file: number) {
    this.path = path;
    this.#file = file;
  }

  static async create(path: string): Promise<TokenWriter> {
    return new TokenWriter(path, await attempt("a writable folder", path, async () => openSync(path, "w+")));
  }

  get length(): number {
    return this.#written + this.#buffered;
  }

  add(document: ArrayLike<number>): void {
    for (let k = 0; k < document.length; k += 1) {
      if (this.#buffered === BUFFER_TOKENS) this.flush();
      this.#buffer[this.#buffered] = k === 0 ? document[k] + DOCUMENT_START : document[k];
      this.#buffered += 1;
    }
  }

  flush(): void {
    writeFully(this.#file, this.path, this.#written, this.#buffer.subarray(0, this.#buffered));
    this.#written += this.#buffered;
    this.#buffered = 0;
  }

  /** Replaces each id written so far by its entry in the table: one pass over the file. */
  replaceIds(table: Uint32Array): void {
    this.flush();
    const source: TokenSource = {
      length: this.#written,
      read: (first, into) => readFully(this.#file, this.path, first, into),
    };
    let first = 0;
    for (const block of blocksOf(source)) {
      for (let k = 0; k < block.length; k += 1) {
        const start = block[k] & DOCUMENT_START;
        block[k] = table[block[k] & ID_BITS] | start;
      }
      writeFully(this.#file, this.path, first, block);
      first += block.length;
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}
