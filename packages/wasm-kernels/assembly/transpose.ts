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

/**
 * out = A + Aᵀ for A [n, n], where `out` may be A. Each part takes every `parts`-th band of LANES rows up to the diagonal,
 * with the columns that mirror it: bands of different parts share no element.
 */
export function addTranspose(
  part: usize,
  parts: usize,
  n: usize,
  a: usize,
  aStride: usize,
  out: usize,
  outStride: usize,
): void {
  const tiled = n - (n % LANES);
  for (let i = part * LANES; i < n; i += parts * LANES) {
    const rows = min(LANES, n - i);
    const whole = i < tiled;
    for (let j: usize = 0; j < i; j += LANES) {
      if (whole) addTilePair(a, aStride, out, outStride, i, j);
      else addElements(a, aStride, out, outStride, i, rows, j, LANES);
    }
    addDiagonal(a, aStride, out, outStride, i, rows);
  }
}

/** The tile at [i, j] and its mirror image. The sum is formed in registers, since both may lie where A does. */
function addTilePair(a: usize, aStride: usize, out: usize, outStride: usize, i: usize, j: usize): void {
  const below = a + i * aStride + j * SIZE;
  const above = a + j * aStride + i * SIZE;
  out += j * outStride + i * SIZE;
  const mirror = out + (i - j) * (outStride - SIZE);
  const row0 = v128.load(above);
  const row1 = v128.load(above + aStride);
  if (sizeof<Real>() === 8) {
    const sum0 = v128.add<f64>(v128.shuffle<f64>(row0, row1, 0, 2), v128.load(below));
    const sum1 = v128.add<f64>(v128.shuffle<f64>(row0, row1, 1, 3), v128.load(below + aStride));
    v128.store(mirror, sum0);
    v128.store(mirror + outStride, sum1);
    transposeTile(mirror, outStride, out, outStride);
    return;
  }
  const row2 = v128.load(above + 2 * aStride);
  const row3 = v128.load(above + 3 * aStride);
  const low01 = v128.shuffle<f32>(row0, row1, 0, 4, 1, 5);
  const low23 = v128.shuffle<f32>(row2, row3, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(row0, row1, 2, 6, 3, 7);
  const high23 = v128.shuffle<f32>(row2, row3, 2, 6, 3, 7);
  const sum0 = v128.add<f32>(v128.shuffle<f64>(low01, low23, 0, 2), v128.load(below));
  const sum1 = v128.add<f32>(v128.shuffle<f64>(low01, low23, 1, 3), v128.load(below + aStride));
  const sum2 = v128.add<f32>(v128.shuffle<f64>(high01, high23, 0, 2), v128.load(below + 2 * aStride));
  const sum3 = v128.add<f32>(v128.shuffle<f64>(high01, high23, 1, 3), v128.load(below + 3 * aStride));
  v128.store(mirror, sum0);
  v128.store(mirror + outStride, sum1);
  v128.store(mirror + 2 * outStride, sum2);
  v128.store(mirror + 3 * outStride, sum3);
  transposeTile(mirror, outStride, out, outStride);
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
