import { SIZE, sumLanes } from "./real";
import { storeElement, storeVector } from "./store";

/** Σ a[i] · b[i]; four sums side by side hide the latency of an addition. */
export function dot(count: usize, a: usize, b: usize): Real {
  let sum0 = v128.splat<Real>(0);
  let sum1 = sum0;
  let sum2 = sum0;
  let sum3 = sum0;
  const end = a + count * SIZE;
  while (a + 64 <= end) {
    sum0 = v128.add<Real>(sum0, v128.mul<Real>(v128.load(a), v128.load(b)));
    sum1 = v128.add<Real>(sum1, v128.mul<Real>(v128.load(a, 16), v128.load(b, 16)));
    sum2 = v128.add<Real>(sum2, v128.mul<Real>(v128.load(a, 32), v128.load(b, 32)));
    sum3 = v128.add<Real>(sum3, v128.mul<Real>(v128.load(a, 48), v128.load(b, 48)));
    a += 64;
    b += 64;
  }
  while (a + 16 <= end) {
    sum0 = v128.add<Real>(sum0, v128.mul<Real>(v128.load(a), v128.load(b)));
    a += 16;
    b += 16;
  }
  let sum = sumLanes(v128.add<Real>(v128.add<Real>(sum0, sum1), v128.add<Real>(sum2, sum3)));
  while (a < end) {
    sum += load<Real>(a) * load<Real>(b);
    a += SIZE;
    b += SIZE;
  }
  return sum;
}

/** Σ a[i]², with the half of the loads of {@link dot}. */
export function squares(count: usize, a: usize): Real {
  let sum0 = v128.splat<Real>(0);
  let sum1 = sum0;
  let sum2 = sum0;
  let sum3 = sum0;
  const end = a + count * SIZE;
  while (a + 64 <= end) {
    const part0 = v128.load(a);
    const part1 = v128.load(a, 16);
    const part2 = v128.load(a, 32);
    const part3 = v128.load(a, 48);
    sum0 = v128.add<Real>(sum0, v128.mul<Real>(part0, part0));
    sum1 = v128.add<Real>(sum1, v128.mul<Real>(part1, part1));
    sum2 = v128.add<Real>(sum2, v128.mul<Real>(part2, part2));
    sum3 = v128.add<Real>(sum3, v128.mul<Real>(part3, part3));
    a += 64;
  }
  const rest = dot((end - a) / SIZE, a, a);
  return rest + sumLanes(v128.add<Real>(v128.add<Real>(sum0, sum1), v128.add<Real>(sum2, sum3)));
}

/** out = α · Σ a[step] · (row `step` of B) + β · out for one row, with B's rows without gaps; `out` stays in registers. */
export function multiplyRow(
  columns: usize,
  steps: usize,
  alpha: Real,
  a: usize,
  aStep: usize,
  b: usize,
  bStride: usize,
  beta: Real,
  out: usize,
): void {
  const end = out + columns * SIZE;
  while (out + 64 <= end) {
    let sum0 = v128.splat<Real>(0);
    let sum1 = sum0;
    let sum2 = sum0;
    let sum3 = sum0;
    let factors = a;
    let row = b;
    for (let step: usize = 0; step < steps; step += 1) {
      const factor = v128.load_splat<Real>(factors);
      sum0 = v128.add<Real>(sum0, v128.mul<Real>(factor, v128.load(row)));
      sum1 = v128.add<Real>(sum1, v128.mul<Real>(factor, v128.load(row, 16)));
      sum2 = v128.add<Real>(sum2, v128.mul<Real>(factor, v128.load(row, 32)));
      sum3 = v128.add<Real>(sum3, v128.mul<Real>(factor, v128.load(row, 48)));
      factors += aStep;
      row += bStride;
    }
    storeVector(alpha, sum0, beta, out);
    storeVector(alpha, sum1, beta, out + 16);
    storeVector(alpha, sum2, beta, out + 32);
    storeVector(alpha, sum3, beta, out + 48);
    out += 64;
    b += 64;
  }
  while (out + 16 <= end) {
    let sum = v128.splat<Real>(0);
    for (let step: usize = 0; step < steps; step += 1) {
      const factor = v128.load_splat<Real>(a + step * aStep);
      sum = v128.add<Real>(sum, v128.mul<Real>(factor, v128.load(b + step * bStride)));
    }
    storeVector(alpha, sum, beta, out);
    out += 16;
    b += 16;
  }
  while (out < end) {
    let sum: Real = 0;
    for (let step: usize = 0; step < steps; step += 1) {
      sum += load<Real>(a + step * aStep) * load<Real>(b + step * bStride);
    }
    storeElement(alpha * sum, beta, out);
    out += SIZE;
    b += SIZE;
  }
}

/** out += factor · a. */
export function addScaledRow(count: usize, factor: Real, a: usize, out: usize): void {
  const factors = v128.splat<Real>(factor);
  const end = out + count * SIZE;
  while (out + 16 <= end) {
    v128.store(out, v128.add<Real>(v128.load(out), v128.mul<Real>(factors, v128.load(a))));
    a += 16;
    out += 16;
  }
  while (out < end) {
    store<Real>(out, load<Real>(out) + factor * load<Real>(a));
    a += SIZE;
    out += SIZE;
  }
}

export function divideRow(count: usize, divisor: Real, out: usize): void {
  const end = out + count * SIZE;
  while (out + 16 <= end) {
    v128.store(out, v128.div<Real>(v128.load(out), v128.splat<Real>(divisor)));
    out += 16;
  }
  while (out < end) {
    store<Real>(out, load<Real>(out) / divisor);
    out += SIZE;
  }
}

export function swapRows(count: usize, a: usize, b: usize): void {
  const end = a + count * SIZE;
  while (a + 16 <= end) {
    const row = v128.load(a);
    v128.store(a, v128.load(b));
    v128.store(b, row);
    a += 16;
    b += 16;
  }
  while (a < end) {
    const element = load<Real>(a);
    store<Real>(a, load<Real>(b));
    store<Real>(b, element);
    a += SIZE;
    b += SIZE;
  }
}
