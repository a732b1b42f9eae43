import { defineGemm, type GemmProgram } from "./gemm-product.ts";

/** Depth of the slices of op(A) and op(B) that a workgroup holds. */
const DEPTH = 16;

/**
 * The product in tiles [size, size], one to a workgroup: slices of op(A) and op(B) in workgroup memory, and sums in the
 * registers of each thread.
 *
 * @param side  threads along each side of a workgroup
 */
export function tiledGemm(size: number, side: number): GemmProgram {
  const each = [...Array(size / side).keys()];
  const pairs = each.flatMap((r) => each.map((c) => ({ r, c })));
  // One more than the tile, so that threads that store a column of a slice meet different memory banks.
  const width = size + 1;
  return defineGemm(
    `gemm ${size}`,
    /* wgsl */ `
var<workgroup> left: array<f32, ${DEPTH * width}>;
var<workgroup> right: array<f32, ${DEPTH * width}>;

/** Depth and place along the side of number e of a slice, so that neighbouring threads read neighbouring numbers. */
fn place(e: u32, depth_first: bool) -> vec2u {
  if (depth_first) { return vec2u(e % ${DEPTH}u, e / ${DEPTH}u); }
  return vec2u(e / ${size}u, e % ${size}u);
}

fn load_left(at: vec2u, row: u32, depth: u32) {
  var x = 0.0;
  if (row + at.y < params.rows && depth + at.x < params.inner) { x = left_element(row + at.y, depth + at.x); }
  left[at.x * ${width}u + at.y] = x;
}

fn load_right(at: vec2u, column: u32, depth: u32) {
  var x = 0.0;
  if (column + at.y < params.columns && depth + at.x < params.inner) { x = right_element(depth + at.x, column + at.y); }
  right[at.x * ${width}u + at.y] = x;
}

fn store_inside(i: u32, j: u32, product: f32) {
  if (i < params.rows && j < params.columns) { store(i, j, product); }
}

@compute @workgroup_size(${side * side})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.y * ${size}u;
  let column = group.x * ${size}u;
  let x = lane % ${side}u;
  let y = lane / ${side}u;
  ${pairs.map(({ r, c }) => `var sum_${r}_${c} = 0.0;`).join(" ")}
  for (var depth = 0u; depth < params.inner; depth += ${DEPTH}u) {
    for (var e = lane; e < ${DEPTH * size}u; e += ${side * side}u) {
      load_left(place(e, params.transpose_a == 0u), row, depth);
      load_right(place(e, params.transpose_b != 0u), column, depth);
    }
    workgroupBarrier();
    for (var k = 0u; k < ${DEPTH}u; k += 1u) {
      ${each.map((r) => `let a_${r} = left[k * ${width}u + y + ${r * side}u];`).join("\n      ")}
      ${each.map((c) => `let b_${c} = right[k * ${width}u + x + ${c * side}u];`).join("\n      ")}
      ${pairs.map(({ r, c }) => `sum_${r}_${c} += a_${r} * b_${c};`).join("\n      ")}
    }
    workgroupBarrier();
  }
  ${pairs.map(({ r, c }) => `store_inside(row + y + ${r * side}u, column + x + ${c * side}u, sum_${r}_${c});`).join("\n  ")}
}`,
  );
}
