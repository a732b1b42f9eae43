/** out = α · sum + β · out, without reading it where β is 0. */
export function storeVector(alpha: Real, sum: v128, beta: Real, out: usize): void {
  let result = v128.mul<Real>(v128.splat<Real>(alpha), sum);
  if (beta !== 0) result = v128.add<Real>(result, v128.mul<Real>(v128.splat<Real>(beta), v128.load(out)));
  v128.store(out, result);
}

/** out = value + β · out, without reading it where β is 0. */
export function storeElement(value: Real, beta: Real, out: usize): void {
  store<Real>(out, beta === 0 ? value : value + beta * load<Real>(out));
}
