/** Kernels of OpenBLAS that multiply small matrices as they lie, where larger ones are packed first. */
const unpackedKernels = /\b(SkylakeX|Cooperlake|SapphireRapids)\b/;
/** Multiply-adds of a product that is not packed, at most. */
const unpackedProduct = 1e6;
/** From so many pieces on, packing pays. */
const mostPieces = 4;
/** A piece's rows are a multiple of this, as the kernels' tiles are. */
const tileRows = 8;

/**
 * How many rows of a plain product [rows, inner] · [inner, columns] to ask for at a time, on one thread: a few rows by a
 * matrix that is packed for their sake take a third longer than the same rows in pieces that are not.
 */
export function rowsAtATime(kernel: string, rows: number, columns: number, inner: number): number {
  const most = Math.floor(unpackedProduct / (columns * inner));
  if (most >= rows || most < tileRows || !unpackedKernels.test(kernel)) return rows;
  const pieces = Math.ceil(rows / (most - (most % tileRows)));
  return pieces > mostPieces ? rows : tileRows * Math.ceil(rows / (pieces * tileRows));
}
