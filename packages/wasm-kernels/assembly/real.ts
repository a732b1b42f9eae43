/**
 * The element type `Real` is an alias that the build sets to f32 or f64. All strides are in bytes, so that an operand and
 * its transpose differ only in which of its two strides is SIZE.
 */
export const SIZE: usize = sizeof<Real>();

/** Elements of a vector register. */
export const LANES: usize = 16 / sizeof<Real>();

export function sumLanes(vector: v128): Real {
  let sum = v128.extract_lane<Real>(vector, 0) + v128.extract_lane<Real>(vector, 1);
  if (sizeof<Real>() === 4) sum += v128.extract_lane<Real>(vector, 2) + v128.extract_lane<Real>(vector, 3);
  return sum;
}

/** The u32 at an address, as offsets, ids and addresses that the host wrote. */
export function index(address: usize): usize {
  return <usize>load<u32>(address);
}
