/** Threads that share a dot product. */
const THREADS = 32;

/**
 * The entry point of a kernel with one workgroup for each of `count` dot products: `left` and `right` give element j of the
 * two vectors of product `index`, `store` takes the `sum`.
 */
export function dotProducts(count: string, prepare: string, left: string, right: string, store: string): string {
  return /* wgsl */ `
var<workgroup> partial: array<f32, ${THREADS}>;

@compute @workgroup_size(${THREADS})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = group.y * groups.x + group.x;
  if (index >= ${count}) { return; }
  ${prepare}
  var own = 0.0;
  for (var j = lane; j < params.columns; j += ${THREADS}u) { own += ${left} * ${right}; }
  partial[lane] = own;
  workgroupBarrier();
  if (lane == 0u) {
    var sum = 0.0;
    for (var other = 0u; other < ${THREADS}u; other += 1u) { sum += partial[other]; }
    ${store}
  }
}`;
}
