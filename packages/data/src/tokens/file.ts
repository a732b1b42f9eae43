import { closeSync, fstatSync, openSync } from "node:fs";
import { WideheadError } from "@widehead/core";
import { formatError } from "../format-error.ts";
import { attempt } from "../io.ts";
import { readFully, TOKEN_BYTES } from "./disk.ts";
import type { TokenSource } from "./source.ts";

/** Tokens on disk, 4 bytes each in the machine's byte order, read where they are asked for; the file is open until disposal. */
export class TokenFile implements TokenSource, Disposable {
  readonly path: string;
  readonly length: number;
  readonly #file: number;
  #disposed = false;

  private constructor(path: string, file: number, length: number) {
    this.path = path;
    this.#file = file;
    this.length = length;
  }

  /** Opens a file that {@link encodeCorpus} wrote. Throws WideheadError ERR_IO, and ERR_FORMAT for one of another length. */
  static async open(path: string, length: number): Promise<TokenFile> {
    const file = await attempt("a readable file of tokens", path, async () => openSync(path, "r"));
    const bytes = fstatSync(file).size;
    if (bytes === length * TOKEN_BYTES) return new TokenFile(path, file, length);
    closeSync(file);
    throw formatError({ path }, `${length} tokens of ${TOKEN_BYTES} bytes`, `${bytes} bytes`);
  }

  /** Throws WideheadError ERR_DISPOSED, ERR_IO, and ERR_INDEX_RANGE for tokens beyond the end. */
  read(first: number, into: Uint32Array): void {
    if (this.#disposed) {
      throw new WideheadError("ERR_DISPOSED", `TokenFile: ${this.path} must be open, got a disposed one`, {
        path: this.path,
      });
    }
    if (first < 0 || first + into.length > this.length) {
      const message = `TokenFile: tokens must be in 0 … ${this.length - 1}, got ${into.length} from ${first} on`;
      throw new WideheadError("ERR_INDEX_RANGE", message, {
        argument: "first",
        expected: this.length,
        actual: first + into.length,
      });
    }
    readFully(this.#file, this.path, first, into);
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    closeSync(this.#file);
  }
}
