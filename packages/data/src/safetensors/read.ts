import { type FileHandle, open } from "node:fs/promises";
import type { Tensor } from "@widehead/core";
import { attempt } from "../io.ts";
import { headerError, LENGTH_BYTES, LONGEST_HEADER, parseHeader } from "./header.ts";

/** Bytes read at a time: a multiple of every element's size. */
const CHUNK_BYTES = 1 << 20;

export interface SafetensorsFile {
  readonly metadata: Readonly<Record<string, string>>;
  /** In the order of the file. Chunks are read when asked for, each in its own buffer and of whole elements. */
  readonly tensors: readonly Tensor[];
}

/**
 * Reads the header of a safetensors file; the tensors' bytes are read when their chunks are.
 *
 * @throws WideheadError ERR_IO where the file cannot be read; ERR_FORMAT where it is damaged, cut short, or holds tensors of
 * other types than F32, F64 and U32. Chunks throw the same.
 * @see https://github.com/huggingface/safetensors#format
 */
export async function readSafetensors(path: string): Promise<SafetensorsFile> {
  return await withFile(path, async (file) => {
    const { size } = await file.stat();
    if (size < LENGTH_BYTES) throw headerError(path, `at least ${LENGTH_BYTES} bytes`, size);
    const length = Number(Buffer.from(await readExactly(file, 0, LENGTH_BYTES, path)).readBigUInt64LE());
    const longest = Math.min(LONGEST_HEADER, size - LENGTH_BYTES);
    if (length > longest) throw headerError(path, `a header of at most ${longest} bytes`, length);
    const json = Buffer.from(await readExactly(file, LENGTH_BYTES, length, path)).toString("utf8");
    const dataStart = LENGTH_BYTES + length;
    const { places, metadata } = parseHeader(json, size - dataStart, path);
    const tensors = places.map(({ name, dtype, shape, begin, end }) => ({
      name,
      dtype,
      shape,
      chunks: () => readChunks(path, dataStart + begin, dataStart + end),
    }));
    return { metadata, tensors };
  });
}

async function* readChunks(path: string, begin: number, end: number): AsyncGenerator<Uint8Array> {
  const file = await openFile(path);
  try {
    for (let position = begin; position < end; position += CHUNK_BYTES) {
      yield await readExactly(file, position, Math.min(CHUNK_BYTES, end - position), path);
    }
  } finally {
    await file.close();
  }
}

async function readExactly(file: FileHandle, position: number, length: number, path: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) throw headerError(path, `${position + length} bytes`, position + filled);
    filled += bytesRead;
  }
  return bytes;
}

async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await openFile(path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

function openFile(path: string): Promise<FileHandle> {
  return attempt("a readable file", path, () => open(path, "r"));
}
