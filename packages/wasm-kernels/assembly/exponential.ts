import { LANES, SIZE, sumLanes } from "./real";
import { shareStart } from "./share";

/** Adding it leaves a number rounded to an integer in the lowest bits: 1.5 times 2 to the number of fraction bits. */
const ROUNDING: Real = sizeof<Real>() === 4 ? <Real>12582912.0 : <Real>6755399441055744.0;

/** Below it the exponential is smaller than the smallest normal number, and becomes 0. */
const LEAST: Real = sizeof<Real>() === 4 ? <Real>-87.33654 : <Real>-708.396418532264;

/** log 2 in two pieces: the first times an exponent is exact [fdlibm, e_exp.c]. */
const LOG2_HIGH: Real = sizeof<Real>() === 4 ? <Real>0.693359375 : <Real>0.6931471803691238;
const LOG2_LOW: Real = sizeof<Real>() === 4 ? <Real>-2.1219444e-4 : <Real>1.9082149292705877e-10;

/**
 * For every row i of A [m, n]: maxima[i] = max a[i, j], a[i, j] ← exp(a[i, j] − maxima[i]), sums[i] = Σ a[i, j]. A part
 * computes some of the rows.
 */
export function exponentiateRows(
  part: usize,
  parts: usize,
  m: usize,
  n: usize,
  a: usize,
  aStride: usize,
  maxima: usize,
  maximaStride: usize,
  sums: usize,
  sumsStride: usize,
): void {
  const end = shareStart(m, 4, part + 1, parts);
  for (let i = shareStart(m, 4, part, parts); i < end; i += 1) {
    const row = a + i * aStride;
    const largest = maximum(n, row);
    store<Real>(maxima + i * maximaStride, largest);
    store<Real>(sums + i * sumsStride, exponentiateRow(n, row, largest));
  }
}

function maximum(count: usize, row: usize): Real {
  const end = row + count * SIZE;
  let largest: Real = -Infinity;
  if (count >= LANES) {
    let lanes = v128.load(row);
    for (; row + 16 <= end; row += 16) lanes = v128.max<Real>(lanes, v128.load(row));
    largest = max(v128.extract_lane<Real>(lanes, 0), v128.extract_lane<Real>(lanes, 1));
    if (sizeof<Real>() === 4) {
      largest = max(largest, max(v128.extract_lane<Real>(lanes, 2), v128.extract_lane<Real>(lanes, 3)));
    }
  }
  for (; row < end; row += SIZE) largest = max(largest, load<Real>(row));
  return largest;
}

/** Returns the sum of the new numbers. */
function exponentiateRow(count: usize, row: usize, largest: Real): Real {
  const end = row + count * SIZE;
  const shift = v128.splat<Real>(largest);
  let lanes = v128.splat<Real>(0);
  for (; row + 16 <= end; row += 16) {
    const values = exponential(v128.sub<Real>(v128.load(row), shift));
    v128.store(row, values);
    lanes = v128.add<Real>(lanes, values);
  }
  let sum = sumLanes(lanes);
  for (; row < end; row += SIZE) {
    const value = v128.extract_lane<Real>(exponential(v128.splat<Real>(load<Real>(row) - largest)), 0);
    store<Real>(row, value);
    sum += value;
  }
  return sum;
}

/** exp x = 2ᵏ exp r with |r| ≤ ½ log 2, for x ≤ 0; NaN stays NaN. */
function exponential(x: v128): v128 {
  const rounding = v128.splat<Real>(ROUNDING);
  const shifted = v128.add<Real>(v128.mul<Real>(x, v128.splat<Real>(<Real>Math.LOG2E)), rounding);
  const exponent = v128.sub<Real>(shifted, rounding);
  const high = v128.sub<Real>(x, v128.mul<Real>(exponent, v128.splat<Real>(LOG2_HIGH)));
  const r = v128.sub<Real>(high, v128.mul<Real>(exponent, v128.splat<Real>(LOG2_LOW)));
  const values = v128.mul<Real>(polynomial(r), powerOfTwo(shifted));
  return v128.andnot(values, v128.lt<Real>(x, v128.splat<Real>(LEAST)));
}

/** The Taylor series of exp up to a term below the round-off at ½ log 2: r⁷ in float32, r¹³ in float64. */
function polynomial(r: v128): v128 {
  let sum = v128.splat<Real>(<Real>(1.0 / 5040));
  if (sizeof<Real>() === 8) {
    sum = v128.splat<Real>(<Real>(1.0 / 6227020800));
    sum = horner(sum, r, <Real>(1.0 / 479001600));
    sum = horner(sum, r, <Real>(1.0 / 39916800));
    sum = horner(sum, r, <Real>(1.0 / 3628800));
    sum = horner(sum, r, <Real>(1.0 / 362880));
    sum = horner(sum, r, <Real>(1.0 / 40320));
    sum = horner(sum, r, <Real>(1.0 / 5040));
  }
  sum = horner(sum, r, <Real>(1.0 / 720));
  sum = horner(sum, r, <Real>(1.0 / 120));
  sum = horner(sum, r, <Real>(1.0 / 24));
  sum = horner(sum, r, <Real>(1.0 / 6));
  sum = horner(sum, r, <Real>0.5);
  sum = horner(sum, r, <Real>1);
  return horner(sum, r, <Real>1);
}

function horner(sum: v128, r: v128, coefficient: Real): v128 {
  return v128.add<Real>(v128.mul<Real>(sum, r), v128.splat<Real>(coefficient));
}

/** 2ᵏ, where k is in the lowest bits: what lies above them is shifted out. */
function powerOfTwo(shifted: v128): v128 {
  if (sizeof<Real>() === 4) return i32x4.shl(i32x4.add(shifted, i32x4.splat(127)), 23);
  return i64x2.shl(i64x2.add(shifted, i64x2.splat(1023)), 52);
}
