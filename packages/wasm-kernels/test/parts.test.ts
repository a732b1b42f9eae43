import { createEngine, type SimdKernels } from "@widehead/wasm-kernels";
import { describe, expect, test } from "vitest";
import { dtypes, Placer } from "./simd.ts";

/** Runs every part of a call, last first, and returns what was written. */
type Call = (kernels: SimdKernels, part: number, parts: number, scratch: number, out: number) => void;

interface Kernel {
  readonly title: string;
  /** Elements of `out`, which holds NaN before the call. */
  readonly length: number;
  readonly prepare: (placer: Placer) => Call;
}

function gemm(m: number, k: number, n: number): Kernel {
  return {
    title: `gemm [${m}, ${k}] · [${k}, ${n}]`,
    length: m * n,
    prepare: (placer) => {
      const { size } = placer;
      const a = placer.place(m * k);
      const b = placer.place(k * n);
      return (kernels, part, parts, scratch, out) => {
        kernels.gemm(part, parts, scratch, m, n, k, 1, a, k * size, size, b, n * size, size, 0, out, n * size);
      };
    },
  };
}

function luApply(n: number, columns: number): Kernel {
  return {
    title: `luApply [${n}, ${n}], [${n}, ${columns}]`,
    length: n * columns,
    prepare: (placer) => {
      const { size, engine } = placer;
      const lu = placer.place(n * n);
      const b = placer.place(n * columns);
      const pivots = placer.placeIndices(new Uint32Array(n));
      const pack = engine.arena.allocate(engine.kernels.packBytes()).address;
      expect(engine.kernels.luFactor(pack, n, lu, n * size, pivots)).toBe(0);
      return (kernels, part, parts, scratch, out) => {
        const stride = columns * size;
        kernels.luApply(part, parts, scratch, n, columns, lu, n * size, pivots, b, stride, out, stride);
      };
    },
  };
}

function combine(m: number, n: number): Kernel {
  return {
    title: `combine [${m}, ${n}]`,
    length: m * n,
    prepare: (placer) => {
      const { size, engine } = placer;
      const terms = engine.arena.allocate(48).address;
      const scale = placer.place(m);
      const matrices = [placer.place(m * n), placer.place(m * n)];
      matrices.forEach((matrix, t) => {
        engine.arena.indices.set([matrix, n * size, t * scale, size], terms / 4 + 6 * t);
        engine.arena.float64[terms / 8 + 3 * t + 2] = 0.75;
      });
      return (kernels, part, parts, scratch, out) => {
        kernels.combine(part, parts, scratch, m, n, out, n * size, terms, 2);
      };
    },
  };
}

function sparse(m: number, n: number): readonly Kernel[] {
  const offsets = Array.from({ length: m + 1 }, (_, j) => 3 * j);
  const columnIds = Array.from({ length: 3 * m }, (_, entry) => (entry * 7) % 20);
  return [
    {
      title: `sampledDots of ${3 * m} entries, [${m}, ${n}]`,
      length: 3 * m,
      prepare: (placer) => {
        const { size } = placer;
        const [left, right] = [placer.place(m * n), placer.place(20 * n)];
        const [rows, ids] = [placer.placeIndices(offsets), placer.placeIndices(columnIds)];
        return (kernels, part, parts, _, out) => {
          kernels.sampledDots(part, parts, m, n, rows, ids, left, n * size, right, n * size, out, size);
        };
      },
    },
    {
      title: `sparseGemm [${m}, 20] · [20, ${n}]`,
      length: m * n,
      prepare: (placer) => {
        const { size, engine } = placer;
        const b = placer.place(20 * n);
        const [rows, ids] = [placer.placeIndices(offsets), placer.placeIndices(columnIds)];
        const values = engine.arena.allocate(8 * columnIds.length).address;
        engine.arena.float64.fill(1.25, values / 8, values / 8 + columnIds.length);
        return (kernels, part, parts, _, out) => {
          kernels.sparseGemm(part, parts, m, n, 2, rows, ids, values, b, n * size, 0, out, n * size);
        };
      },
    },
  ];
}

const kernels: readonly Kernel[] = [
  ...[gemm(70, 9, 30), gemm(30, 300, 70), gemm(1, 9, 100), gemm(100, 9, 1), gemm(3, 40, 3), gemm(50, 2, 41)],
  ...[luApply(70, 90), luApply(9, 17), luApply(40, 1)],
  ...[combine(37, 20), combine(20, 77), combine(1, 100)],
  ...[...sparse(40, 9), ...sparse(5, 70)],
  {
    title: "rowDots [53, 30]",
    length: 53,
    prepare: (placer) => {
      const { size } = placer;
      const [a, b] = [placer.place(53 * 30), placer.place(53 * 30)];
      return (table, part, parts, _, out) => {
        table.rowDots(part, parts, 53, 30, a, 30 * size, b, 30 * size, out, size);
      };
    },
  },
  {
    title: "addTranspose [45, 45]",
    length: 45 * 45,
    prepare: (placer) => {
      const stride = 45 * placer.size;
      const a = placer.place(45 * 45);
      return (table, part, parts, _, out) => {
        table.addTranspose(part, parts, 45, a, stride, out, stride);
      };
    },
  },
  {
    title: "exponentiateRows [23, 30], its sums",
    length: 23,
    prepare: (placer) => {
      const { size } = placer;
      const numbers = Array.from({ length: 23 * 30 }, (_, i) => Math.sin(i));
      return (table, part, parts, _, out) => {
        const a = placer.place(numbers.length, (i) => numbers[i]!);
        table.exponentiateRows(part, parts, 23, 30, a, 30 * size, placer.place(23), size, out, size);
      };
    },
  },
  {
    title: "fill [7, 50]",
    length: 350,
    prepare:
      ({ size }) =>
      (table, part, parts, _, out) =>
        table.fill(part, parts, 7, 50, out, 50 * size, 2),
  },
];

describe.each(dtypes)("parts of a call, %s", (dtype) => {
  test.each(kernels)("$title: together they write what a single part writes", async ({ length, prepare }) => {
    const engine = await createEngine({ dtype });
    const placer = new Placer(engine);
    const call = prepare(placer);
    const out = placer.place(length);
    const run = (parts: number): readonly number[] => {
      const scratch = engine.arena.allocate(parts * engine.kernels.packBytes()).address;
      const written = placer.place(length, () => Number.NaN);
      for (let part = parts - 1; part >= 0; part -= 1) call(engine.kernels, part, parts, scratch, written);
      return placer.read(written, length);
    };
    call(engine.kernels, 0, 1, engine.arena.allocate(engine.kernels.packBytes()).address, out);
    const whole = placer.read(out, length);
    expect(whole.filter(Number.isNaN)).toEqual([]);
    for (const parts of [2, 3, 7]) expect(run(parts), `${parts} parts`).toEqual(whole);
  });

  test.each(kernels)("$title: a part writes in its own scratch memory only", async ({ length, prepare }) => {
    const engine = await createEngine({ dtype });
    const placer = new Placer(engine);
    const call = prepare(placer);
    const out = placer.place(length);
    const bytes = engine.kernels.packBytes();
    const { address } = engine.arena.allocate(3 * bytes);
    const scratch = engine.arena.bytes.subarray(address, address + 3 * bytes);
    for (let part = 0; part < 3; part += 1) {
      scratch.fill(0xa5);
      call(engine.kernels, part, 3, address, out);
      const others = [scratch.subarray(0, part * bytes), scratch.subarray((part + 1) * bytes)];
      expect(others.every((other) => other.every((byte) => byte === 0xa5))).toBe(true);
    }
  });

  test.each(kernels)("$title: each element belongs to one part", async ({ length, prepare }) => {
    const engine = await createEngine({ dtype });
    const placer = new Placer(engine);
    const call = prepare(placer);
    const scratch = engine.arena.allocate(3 * engine.kernels.packBytes()).address;
    const writers = new Array<number>(length).fill(0);
    for (let part = 0; part < 3; part += 1) {
      const out = placer.place(length, () => Number.NaN);
      call(engine.kernels, part, 3, scratch, out);
      placer.read(out, length).forEach((value, i) => {
        if (!Number.isNaN(value)) writers[i]! += 1;
      });
    }
    expect(writers).toEqual(new Array<number>(length).fill(1));
  });
});
