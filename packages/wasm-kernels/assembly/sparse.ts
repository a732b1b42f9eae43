import { index, SIZE } from "./real";
import { endColumn, endRow, firstColumn, firstRow } from "./share";
import { storeElement, storeVector } from "./store";

/**
 * out [m, n] = α · T · B + β · out for T in compressed rows, with u32 offsets and column ids and f64 values. `out` is not
 * read where β is 0.
 */
export function sparseGemm(
  part: usize,
  parts: usize,
  m: usize,
  n: usize,
  alpha: f64,
  offsets: usize,
  columnIds: usize,
  values: usize,
  b: usize,
  bStride: usize,
  beta: Real,
  out: usize,
  outStride: usize,
): void {
  const column = firstColumn(m, n, part, parts) * SIZE;
  const width = endColumn(m, n, part, parts) * SIZE - column;
  const end = endRow(m, n, part, parts);
  for (let j = firstRow(m, n, part, parts); j < end; j += 1) {
    const first = index(offsets + 4 * j);
    const entries = index(offsets + 4 * (j + 1)) - first;
    multiplySparseRow(
      width,
      entries,
      alpha,
      columnIds + 4 * first,
      values + 8 * first,
      b + column,
      bStride,
      beta,
      out + j * outStride + column,
    );
  }
}

function multiplySparseRow(
  width: usize,
  entries: usize,
  alpha: f64,
  columnIds: usize,
  values: usize,
  b: usize,
  bStride: usize,
  beta: Real,
  out: usize,
): void {
  let offset: usize = 0;
  for (; offset + 64 <= width; offset += 64) {
    let sum0 = v128.splat<Real>(0);
    let sum1 = sum0;
    let sum2 = sum0;
    let sum3 = sum0;
    for (let entry: usize = 0; entry < entries; entry += 1) {
      const factor = v128.splat<Real>(<Real>(alpha * load<f64>(values + 8 * entry)));
      const row = b + index(columnIds + 4 * entry) * bStride + offset;
      sum0 = v128.add<Real>(sum0, v128.mul<Real>(factor, v128.load(row)));
      sum1 = v128.add<Real>(sum1, v128.mul<Real>(factor, v128.load(row, 16)));
      sum2 = v128.add<Real>(sum2, v128.mul<Real>(factor, v128.load(row, 32)));
      sum3 = v128.add<Real>(sum3, v128.mul<Real>(factor, v128.load(row, 48)));
    }
    storeVector(1, sum0, beta, out + offset);
    storeVector(1, sum1, beta, out + offset + 16);
    storeVector(1, sum2, beta, out + offset + 32);
    storeVector(1, sum3, beta, out + offset + 48);
  }
  for (; offset + 16 <= width; offset += 16) {
    let sum = v128.splat<Real>(0);
    for (let entry: usize = 0; entry < entries; entry += 1) {
      const factor = v128.splat<Real>(<Real>(alpha * load<f64>(values + 8 * entry)));
      const row = b + index(columnIds + 4 * entry) * bStride + offset;
      sum = v128.add<Real>(sum, v128.mul<Real>(factor, v128.load(row)));
    }
    storeVector(1, sum, beta, out + offset);
  }
  for (; offset < width; offset += SIZE) {
    let sum: Real = 0;
    for (let entry: usize = 0; entry < entries; entry += 1) {
      const factor = <Real>(alpha * load<f64>(values + 8 * entry));
      sum += factor * load<Real>(b + index(columnIds + 4 * entry) * bStride + offset);
    }
    storeElement(sum, beta, out + offset);
  }
}
