import type { SimdEngine, SimdKernels } from "@widehead/wasm-kernels";
import type { Kernel, WorkerPool } from "./pool.ts";

/** Of a kernel that threads share. */
interface Rule {
  /** The work of a call, from its arguments behind `part` and `parts`, and all of the memory as u32. */
  readonly work: (values: readonly number[], indices: Uint32Array) => number;
  /** The least work that is shared. */
  readonly least: number;
}

/**
 * Sharing a call costs 0.5 µs: it pays from about 4 µs on, which are as many multiply-adds of a product, or as many numbers
 * where each is read once.
 */
const leastProduct = 2 ** 17;
const leastNumbers = 2 ** 15;

/** An exponential takes as long as so many numbers. */
const exponential = 8;

/** To wake workers costs about 10 µs: it pays from so many times the least work on. */
const waking = 4;

const rules: Readonly<Record<Exclude<keyof SimdKernels, "heapBase" | "packBytes" | "luFactor">, Rule>> = {
  gemm: { work: ([, m, n, k]) => m! * n! * k!, least: leastProduct },
  luApply: { work: ([, n, columns]) => n! * n! * columns!, least: leastProduct },
  combine: { work: ([, m, n, , , , count]) => m! * n! * count!, least: leastNumbers },
  addTranspose: { work: ([n]) => n! * n!, least: leastNumbers },
  rowDots: { work: ([m, n]) => m! * n!, least: leastNumbers },
  sampledDots: { work: ([rows, n, offsets], indices) => n! * indices[offsets! / 4 + rows!]!, least: leastNumbers },
  sparseGemm: { work: ([m, n, , offsets], indices) => n! * (m! + indices[offsets! / 4 + m!]!), least: leastNumbers },
  exponentiateRows: { work: ([m, n]) => exponential * m! * n!, least: leastNumbers },
  fill: { work: ([m, n]) => m! * n!, least: leastNumbers },
};

/** Runs calls on several threads: a {@link WorkerPool}. */
export type Runner = Pick<WorkerPool, "asleep" | "run">;

/** The kernels that a pool for {@link splitEngine} must have. */
export const splitNames: readonly string[] = Object.keys(rules);

/** The engine with kernels that run all parts of a large call on the pool, and a small call on the caller alone. */
export function splitEngine(engine: SimdEngine, pool: Runner): SimdEngine {
  return {
    ...engine,
    kernels: split(engine.kernels, engine, pool, 0),
    float64Kernels: split(engine.float64Kernels, engine, pool, splitNames.length),
  };
}

/** @param first  the number of the table's first kernel in the pool */
function split(table: SimdKernels, { arena }: SimdEngine, pool: Runner, first: number): SimdKernels {
  const replaced = Object.entries(rules).map(([name, { work, least }], i): [string, Kernel] => {
    const alone = table[name as keyof SimdKernels] as Kernel;
    const shared: Kernel = (_part, _parts, ...values) => {
      const enough = pool.asleep ? waking * least : least;
      if (work(values, arena.indices) < enough) alone(0, 1, ...values);
      else pool.run(first + i, values);
    };
    return [name, shared];
  });
  return { ...table, ...Object.fromEntries(replaced) };
}
