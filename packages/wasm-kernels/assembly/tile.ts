import { LANES, SIZE } from "./real";
import { storeElement, storeVector } from "./store";

/** Rows and columns of the block of `out` that stays in registers: eight sums; without fused multiply-add twelve spill. */
export const TILE_ROWS: usize = 2;
export const TILE_COLUMNS: usize = 4 * LANES;

/** Bytes that one step takes in a packed panel of A (LANES rows, of which a tile uses two) and of B. */
export const A_STEP: usize = 16;
export const B_STEP: usize = 64;

/**
 * out = α · A · B + β · out over one tile, from packed panels. Two steps a round with a branch between them: V8 moves the
 * loads of a basic block to its beginning, and with those of both steps the sums would not stay in registers.
 */
export function multiplyTile(
  steps: usize,
  a: usize,
  b: usize,
  alpha: Real,
  beta: Real,
  out: usize,
  outStride: usize,
): void {
  let sum00 = v128.splat<Real>(0);
  let sum01 = v128.splat<Real>(0);
  let sum02 = v128.splat<Real>(0);
  let sum03 = v128.splat<Real>(0);
  let sum10 = v128.splat<Real>(0);
  let sum11 = v128.splat<Real>(0);
  let sum12 = v128.splat<Real>(0);
  let sum13 = v128.splat<Real>(0);
  const end = b + B_STEP * steps;
  const last = end - B_STEP;
  while (b < end) {
    const evenA0 = v128.load_splat<Real>(a);
    const evenA1 = v128.load_splat<Real>(a, sizeof<Real>());
    const evenB0 = v128.load(b);
    sum00 = v128.add<Real>(sum00, v128.mul<Real>(evenA0, evenB0));
    sum10 = v128.add<Real>(sum10, v128.mul<Real>(evenA1, evenB0));
    const evenB1 = v128.load(b, 16);
    sum01 = v128.add<Real>(sum01, v128.mul<Real>(evenA0, evenB1));
    sum11 = v128.add<Real>(sum11, v128.mul<Real>(evenA1, evenB1));
    const evenB2 = v128.load(b, 32);
    sum02 = v128.add<Real>(sum02, v128.mul<Real>(evenA0, evenB2));
    sum12 = v128.add<Real>(sum12, v128.mul<Real>(evenA1, evenB2));
    const evenB3 = v128.load(b, 48);
    sum03 = v128.add<Real>(sum03, v128.mul<Real>(evenA0, evenB3));
    sum13 = v128.add<Real>(sum13, v128.mul<Real>(evenA1, evenB3));
    if (b === last) break;

    const oddA0 = v128.load_splat<Real>(a, 16);
    const oddA1 = v128.load_splat<Real>(a, 16 + sizeof<Real>());
    const oddB0 = v128.load(b, 64);
    sum00 = v128.add<Real>(sum00, v128.mul<Real>(oddA0, oddB0));
    sum10 = v128.add<Real>(sum10, v128.mul<Real>(oddA1, oddB0));
    const oddB1 = v128.load(b, 80);
    sum01 = v128.add<Real>(sum01, v128.mul<Real>(oddA0, oddB1));
    sum11 = v128.add<Real>(sum11, v128.mul<Real>(oddA1, oddB1));
    const oddB2 = v128.load(b, 96);
    sum02 = v128.add<Real>(sum02, v128.mul<Real>(oddA0, oddB2));
    sum12 = v128.add<Real>(sum12, v128.mul<Real>(oddA1, oddB2));
    const oddB3 = v128.load(b, 112);
    sum03 = v128.add<Real>(sum03, v128.mul<Real>(oddA0, oddB3));
    sum13 = v128.add<Real>(sum13, v128.mul<Real>(oddA1, oddB3));
    a += 2 * A_STEP;
    b += 2 * B_STEP;
  }
  storeVector(alpha, sum00, beta, out);
  storeVector(alpha, sum01, beta, out + 16);
  storeVector(alpha, sum02, beta, out + 32);
  storeVector(alpha, sum03, beta, out + 48);
  storeVector(alpha, sum10, beta, out + outStride);
  storeVector(alpha, sum11, beta, out + outStride + 16);
  storeVector(alpha, sum12, beta, out + outStride + 32);
  storeVector(alpha, sum13, beta, out + outStride + 48);
}

/** out = the tile + β · out, over the part of the tile that `out` has. */
export function mergeTile(tile: usize, beta: Real, rows: usize, columns: usize, out: usize, outStride: usize): void {
  for (let i: usize = 0; i < rows; i += 1) {
    for (let j: usize = 0; j < columns; j += 1) {
      const target = out + i * outStride + j * SIZE;
      storeElement(load<Real>(tile + B_STEP * i + j * SIZE), beta, target);
    }
  }
}
