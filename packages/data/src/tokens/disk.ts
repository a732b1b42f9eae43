import { readSync, writeSync } from "node:fs";
import { ioError } from "../io.ts";

/** Of a token on disk. */
export const TOKEN_BYTES: number = Uint32Array.BYTES_PER_ELEMENT;

/** Fills `into` with the tokens of an open file from number `first` on. Throws WideheadError ERR_IO. */
export function readFully(file: number, path: string, first: number, into: Uint32Array): void {
  transfer("readable tokens", path, first, into, (bytes, position) => readSync(file, bytes, 0, bytes.length, position));
}

/** Writes tokens into an open file from number `first` on. Throws WideheadError ERR_IO. */
export function writeFully(file: number, path: string, first: number, tokens: Uint32Array): void {
  transfer("room for tokens", path, first, tokens, (bytes, position) =>
    writeSync(file, bytes, 0, bytes.length, position),
  );
}

function transfer(
  expected: string,
  path: string,
  first: number,
  tokens: Uint32Array,
  move: (bytes: Uint8Array, position: number) => number,
): void {
  const bytes = new Uint8Array(tokens.buffer, tokens.byteOffset, tokens.byteLength);
  try {
    for (let done = 0; done < bytes.length; ) {
      const moved = move(bytes.subarray(done), first * TOKEN_BYTES + done);
      if (moved === 0) throw new Error("the file ends early");
      done += moved;
    }
  } catch (cause) {
    throw ioError(expected, path, cause);
  }
}
