import { defineProgram, type Program } from "../program.ts";

export type LuFactor = Program<"a" | "order" | "status", "n">;

/** Threads for systems of so many unknowns at most: those without work would only make barriers slower. */
const sizes = [
  { unknowns: 16, threads: 64 },
  { unknowns: 64, threads: 256 },
  { unknowns: Number.POSITIVE_INFINITY, threads: 1024 },
];

/** A program for each size of systems, for a device whose workgroups have so many threads at most. */
export function luFactors(most: number): (unknowns: number) => LuFactor {
  const programs = sizes.map(({ unknowns, threads }) => ({ unknowns, program: luFactor(Math.min(threads, most)) }));
  return (n) => programs.find(({ unknowns }) => n <= unknowns)!.program;
}

/**
 * A = P L U in place, by one workgroup: right-looking elimination with partial pivoting. `order` becomes the row of A that
 * each row was, `status` 0 or 1 + the index of the first pivot that is zero or not finite. Pivots are compared by their bits,
 * in which NaN and ∞ are the largest: WGSL may assume that floats are finite.
 */
function luFactor(threads: number): LuFactor {
  return defineProgram({
    name: `lu-factor ${threads}`,
    operands: { a: "write", order: "write", status: "write" },
    parameters: { n: "u32" },
    code: /* wgsl */ `
const INFINITY = 0x7f800000u;
const THREADS = ${threads}u;
const FINALISTS = 8u;
var<workgroup> candidates: array<vec2u, THREADS>;
var<workgroup> finalists: array<vec2u, FINALISTS>;

/** One correction, because a quotient in WGSL may be off by 2.5 units in the last place. */
fn quotient(x: f32, y: f32) -> f32 {
  let q = x / y;
  return q + fma(-q, y, x) / y;
}

/** The entry with the larger magnitude, as (bits, row). */
fn larger(one: vec2u, other: vec2u) -> vec2u { return select(one, other, other.x > one.x); }

/** Magnitude, as bits, and row of the largest entry of column k at or below row k. */
fn find_pivot(k: u32, lane: u32) -> vec2u {
  var own = vec2u(0u, k);
  for (var i = k + lane; i < params.n; i += THREADS) {
    own = larger(own, vec2u(bitcast<u32>(read_a(i, k)) & 0x7fffffffu, i));
  }
  candidates[lane] = own;
  workgroupBarrier();
  if (lane < FINALISTS) {
    for (var other = lane + FINALISTS; other < THREADS; other += FINALISTS) { own = larger(own, candidates[other]); }
    finalists[lane] = own;
  }
  workgroupBarrier();
  var best = finalists[0];
  for (var other = 1u; other < FINALISTS; other += 1u) { best = larger(best, finalists[other]); }
  return best;
}

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) lane: u32) {
  let n = params.n;
  for (var i = lane; i < n; i += THREADS) { write_order(i, 0u, f32(i)); }
  var failed = 0u;
  for (var k = 0u; k < n; k += 1u) {
    storageBarrier();
    let found = find_pivot(k, lane);
    let row = found.y;
    if (failed == 0u && (found.x == 0u || found.x >= INFINITY)) { failed = 1u + k; }
    for (var j = lane; j <= n; j += THREADS) {
      if (j == n) {
        let other = read_order(row, 0u);
        write_order(row, 0u, read_order(k, 0u));
        write_order(k, 0u, other);
      } else {
        let other = read_a(row, j);
        write_a(row, j, read_a(k, j));
        write_a(k, j, other);
      }
    }
    storageBarrier();
    let pivot = read_a(k, k);
    for (var i = k + 1u + lane; i < n; i += THREADS) { write_a(i, k, quotient(read_a(i, k), pivot)); }
    storageBarrier();
    let width = n - k - 1u;
    for (var e = lane; e < width * width; e += THREADS) {
      let i = k + 1u + e / width;
      let j = k + 1u + e % width;
      write_a(i, j, read_a(i, j) - read_a(i, k) * read_a(k, j));
    }
  }
  if (lane == 0u) { write_status(0u, 0u, f32(failed)); }
}`,
  });
}
