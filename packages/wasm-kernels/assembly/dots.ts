import { index } from "./real";
import { dot, squares } from "./rows";
import { shareStart } from "./share";

/** out[i] = Σ a[i, j] · b[i, j] for A and B [m, n]. A part computes some of the rows. */
export function rowDots(
  part: usize,
  parts: usize,
  m: usize,
  n: usize,
  a: usize,
  aStride: usize,
  b: usize,
  bStride: usize,
  out: usize,
  outStride: usize,
): void {
  const end = shareStart(m, 16, part + 1, parts);
  for (let i = shareStart(m, 16, part, parts); i < end; i += 1) {
    const left = a + i * aStride;
    const right = b + i * bStride;
    store<Real>(out + i * outStride, left === right ? squares(n, left) : dot(n, left, right));
  }
}

/**
 * out[entry] = left[j] · right[k] for the entries of a pattern in compressed rows, whose offsets and column ids are u32.
 * A part computes some of the entries.
 */
export function sampledDots(
  part: usize,
  parts: usize,
  rows: usize,
  n: usize,
  offsets: usize,
  columnIds: usize,
  left: usize,
  leftStride: usize,
  right: usize,
  rightStride: usize,
  out: usize,
  outStride: usize,
): void {
  const entries = index(offsets + 4 * rows);
  const end = shareStart(entries, 16, part + 1, parts);
  let entry = shareStart(entries, 16, part, parts);
  for (let j: usize = 0; j < rows; j += 1) {
    const rowEnd = min(end, index(offsets + 4 * (j + 1)));
    for (; entry < rowEnd; entry += 1) {
      const row = right + index(columnIds + 4 * entry) * rightStride;
      store<Real>(out + entry * outStride, dot(n, left + j * leftStride, row));
    }
  }
}
