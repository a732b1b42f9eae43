import { packBytes } from "./gemm";
import { LANES, SIZE } from "./real";

/** Transposes LANES × LANES elements; source and destination may be the same. */
export function transposeTile(source: usize, sourceStride: usize, out: usize, outStride: usize): void {
  const row0 = v128.load(source);
  const row1 = v128.load(source + sourceStride);
  if (sizeof<Real>() === 8) {
    v128.store(out, v128.shuffle<f64>(row0, row1, 0, 2));
    v128.store(out + outStride, v128.shuffle<f64>(row0, row1, 1, 3));
    return;
  }
  const row2 = v128.load(source + 2 * sourceStride);
  const row3 = v128.load(source + 3 * sourceStride);
  const low01 = v128.shuffle<f32>(row0, row1, 0, 4, 1, 5);
  const low23 = v128.shuffle<f32>(row2, row3, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(row0, row1, 2, 6, 3, 7);
  const high23 = v128.shuffle<f32>(row2, row3, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<f64>(low01, low23, 0, 2));
  v128.store(out + outStride, v128.shuffle<f64>(low01, low23, 1, 3));
  v128.store(out + 2 * outStride, v128.shuffle<f64>(high01, high23, 0, 2));
  v128.store(out + 3 * outStride, v128.shuffle<f64>(high01, high23, 1, 3));
}

/** Adds the tile at `other` to the one at `out`. */
function addTile(other: usize, otherStride: usize, out: usize, outStride: usize): void {
  for (let row: usize = 0; row < LANES; row += 1) {
    const target = out + row * outStride;
    v128.store(target, v128.add<Real>(v128.load(target), v128.load(other + row * otherStride)));
  }
}

function copyTile(source: usize, sourceStride: usize, out: usize, outStride: usize): void {
  for (let row: usize = 0; row < LANES; row += 1) {
    v128.store(out + row * outStride, v128.load(source + row * sourceStride));
  }
}

/**
 * out = A + Aᵀ for A [n, n], where `out` may be A. Each part takes every `parts`-th band of LANES rows up to the diagonal,
 * with the columns that mirror it: bands of different parts share no element.
 */
export function addTranspose(
  part: usize,
  parts: usize,
  scratch: usize,
  n: usize,
  a: usize,
  aStride: usize,
  out: usize,
  outStride: usize,
): void {
  scratch += part * packBytes();
  const tiled = n - (n % LANES);
  for (let i = part * LANES; i < n; i += parts * LANES) {
    const rows = min(LANES, n - i);
    const whole = i < tiled;
    for (let j: usize = 0; j < i; j += LANES) {
      if (whole) addTilePair(scratch, a, aStride, out, outStride, i, j);
      else addElements(a, aStride, out, outStride, i, rows, j, LANES);
    }
    addDiagonal(a, aStride, out, outStride, i, rows);
  }
}

/** The tile at [i, j] and its mirror image. */
function addTilePair(scratch: usize, a: usize, aStride: usize, out: usize, outStride: usize, i: usize, j: usize): void {
  const below = i * SIZE;
  transposeTile(a + j * aStride + below, aStride, scratch, 16);
  addTile(a + i * aStride + j * SIZE, aStride, scratch, 16);
  copyTile(scratch, 16, out + i * outStride + j * SIZE, outStride);
  transposeTile(scratch, 16, out + j * outStride + below, outStride);
}

function addElements(
  a: usize,
  aStride: usize,
  out: usize,
  outStride: usize,
  firstRow: usize,
  rows: usize,
  firstColumn: usize,
  columns: usize,
): void {
  for (let i = firstRow; i < firstRow + rows; i += 1) {
    for (let j = firstColumn; j < firstColumn + columns; j += 1) addPair(a, aStride, out, outStride, i, j);
  }
}

function addDiagonal(a: usize, aStride: usize, out: usize, outStride: usize, first: usize, rows: usize): void {
  for (let i = first; i < first + rows; i += 1) {
    for (let j = first; j <= i; j += 1) addPair(a, aStride, out, outStride, i, j);
  }
}

function addPair(a: usize, aStride: usize, out: usize, outStride: usize, i: usize, j: usize): void {
  const sum = load<Real>(a + i * aStride + j * SIZE) + load<Real>(a + j * aStride + i * SIZE);
  store<Real>(out + i * outStride + j * SIZE, sum);
  store<Real>(out + j * outStride + i * SIZE, sum);
}
