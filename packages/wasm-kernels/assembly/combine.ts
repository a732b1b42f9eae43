import { packBytes } from "./gemm";
import { index, SIZE } from "./real";
import { endColumn, endRow, firstColumn, firstRow } from "./share";

/** A term as the host lays it out: four u32 (matrix, its stride, scale or 0, its stride) and the factor as f64. */
const TERM_BYTES: usize = 24;

/** A term while one row is computed: where its row begins, and, 8 bytes on, the factor of that row. */
const ROW_BYTES: usize = 16;

/** out [m, n] = Σ factor · diag(scale) · A over `count` terms, where `out` may be one of them. */
export function combine(
  part: usize,
  parts: usize,
  scratch: usize,
  m: usize,
  n: usize,
  out: usize,
  outStride: usize,
  terms: usize,
  count: usize,
): void {
  scratch += part * packBytes();
  const column = firstColumn(m, n, part, parts) * SIZE;
  const width = endColumn(m, n, part, parts) * SIZE - column;
  const end = endRow(m, n, part, parts);
  const copies = count === 1 && index(terms + 8) === 0 && load<f64>(terms, 16) === 1;
  for (let i = firstRow(m, n, part, parts); i < end; i += 1) {
    const row = out + i * outStride + column;
    if (copies) {
      memory.copy(row, index(terms) + i * index(terms + 4) + column, width);
    } else {
      prepareRow(scratch, i, column, terms, count);
      combineRow(scratch, count, row, width);
    }
  }
}

function prepareRow(rows: usize, i: usize, column: usize, terms: usize, count: usize): void {
  for (let t: usize = 0; t < count; t += 1) {
    const term = terms + t * TERM_BYTES;
    const entry = rows + t * ROW_BYTES;
    const scale = index(term + 8);
    let factor = load<f64>(term, 16);
    if (scale !== 0) factor *= <f64>load<Real>(scale + i * index(term + 12));
    store<usize>(entry, index(term) + i * index(term + 4) + column);
    store<Real>(entry, <Real>factor, 8);
  }
}

/** Each vector of `out` is written when all terms of it have been read. */
function combineRow(rows: usize, count: usize, out: usize, width: usize): void {
  const end = rows + count * ROW_BYTES;
  let offset: usize = 0;
  for (; offset + 64 <= width; offset += 64) {
    let sum0 = v128.splat<Real>(0);
    let sum1 = sum0;
    let sum2 = sum0;
    let sum3 = sum0;
    for (let entry = rows; entry < end; entry += ROW_BYTES) {
      const from = load<usize>(entry) + offset;
      const factor = v128.load_splat<Real>(entry, 8);
      sum0 = v128.add<Real>(sum0, v128.mul<Real>(factor, v128.load(from)));
      sum1 = v128.add<Real>(sum1, v128.mul<Real>(factor, v128.load(from, 16)));
      sum2 = v128.add<Real>(sum2, v128.mul<Real>(factor, v128.load(from, 32)));
      sum3 = v128.add<Real>(sum3, v128.mul<Real>(factor, v128.load(from, 48)));
    }
    v128.store(out + offset, sum0);
    v128.store(out + offset, sum1, 16);
    v128.store(out + offset, sum2, 32);
    v128.store(out + offset, sum3, 48);
  }
  for (; offset + 16 <= width; offset += 16) {
    let sum = v128.splat<Real>(0);
    for (let entry = rows; entry < end; entry += ROW_BYTES) {
      const factor = v128.load_splat<Real>(entry, 8);
      sum = v128.add<Real>(sum, v128.mul<Real>(factor, v128.load(load<usize>(entry) + offset)));
    }
    v128.store(out + offset, sum);
  }
  for (; offset < width; offset += SIZE) {
    let sum: Real = 0;
    for (let entry = rows; entry < end; entry += ROW_BYTES) {
      sum += load<Real>(entry, 8) * load<Real>(load<usize>(entry) + offset);
    }
    store<Real>(out + offset, sum);
  }
}

/** Every element of out [m, n] becomes the value. */
export function fill(part: usize, parts: usize, m: usize, n: usize, out: usize, outStride: usize, value: Real): void {
  const column = firstColumn(m, n, part, parts) * SIZE;
  const width = endColumn(m, n, part, parts) * SIZE - column;
  const end = endRow(m, n, part, parts);
  for (let i = firstRow(m, n, part, parts); i < end; i += 1) {
    const row = out + i * outStride + column;
    let offset: usize = 0;
    for (; offset + 16 <= width; offset += 16) v128.store(row + offset, v128.splat<Real>(value));
    for (; offset < width; offset += SIZE) store<Real>(row + offset, value);
  }
}
