import { defineProgram, type Program } from "../program.ts";

/** Right-hand sides of one workgroup, and threads that share each of them. */
export const RIGHT_HAND_SIDES = 4;
const ROW_THREADS = 32;

/**
 * out = U⁻¹ L⁻¹ P B by substitution, some right-hand sides to a workgroup. `work` holds what is not yet final, so that
 * `out` may be B.
 */
export const luSubstitute: Program<"out" | "a" | "b" | "order" | "work", "n" | "columns"> = defineProgram({
  name: "lu-substitute",
  operands: { out: "write", a: "read", b: "read", order: "read", work: "write" },
  parameters: { n: "u32", columns: "u32" },
  code: /* wgsl */ `
@compute @workgroup_size(${RIGHT_HAND_SIDES * ROW_THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let n = params.n;
  let column = group.x * ${RIGHT_HAND_SIDES}u + lane % ${RIGHT_HAND_SIDES}u;
  let first = lane / ${RIGHT_HAND_SIDES}u;
  let present = column < params.columns;
  if (present) {
    for (var i = first; i < n; i += ${ROW_THREADS}u) { write_work(i, column, read_b(u32(read_order(i, 0u)), column)); }
  }
  for (var k = 0u; k < n; k += 1u) {
    storageBarrier();
    if (present) {
      let x = read_work(k, column);
      for (var i = k + 1u + first; i < n; i += ${ROW_THREADS}u) {
        write_work(i, column, read_work(i, column) - read_a(i, k) * x);
      }
    }
  }
  for (var left = n; left > 0u; left -= 1u) {
    storageBarrier();
    let k = left - 1u;
    if (present) {
      let x = read_work(k, column) / read_a(k, k);
      for (var i = first; i < k; i += ${ROW_THREADS}u) {
        write_work(i, column, read_work(i, column) - read_a(i, k) * x);
      }
      if (first == 0u) { write_out(k, column, x); }
    }
  }
}`,
});
