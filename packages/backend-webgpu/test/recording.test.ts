import { createRandom, FactoredLayer, type Matrix, sparseTargets, squaredError } from "@widehead/core";
import { describe, expect, test, vi } from "vitest";
import type { WebGpuBackend } from "../src/backend.ts";
import { accessOf, defineProgram, sourceOf } from "../src/program.ts";
import { liveBytes, onDevice } from "./on-device.ts";

const program = defineProgram({
  name: "test",
  operands: { out: "write", a: "read", b: "read" },
  parameters: { factor: "f32" },
  code: "",
});

describe("sourceOf", () => {
  test("binds each buffer once, for writing where one of its operands is written", () => {
    expect(accessOf(program, [0, 1, 2])).toEqual(["read_write", "read", "read"]);
    expect(accessOf(program, [0, 1, 0])).toEqual(["read_write", "read"]);
    const source = sourceOf(program, [0, 1, 0]);
    expect(source).toContain("fn read_b(i: u32, j: u32) -> f32 { return buffer0[");
    expect(source).toContain("fn read_a(i: u32, j: u32) -> f32 { return buffer1[");
    expect(source).not.toContain("fn write_a");
  });
});

const read = async (backend: WebGpuBackend, matrix: Matrix): Promise<number[]> =>
  Array.from((await backend.readMany([matrix]))[0] as Float32Array);

describe("operands that share a matrix", () => {
  onDevice("product and solution among windows of one matrix", async (_, backend) => {
    using all = backend.allocate(4, 12);
    const at = (column: number): Matrix => backend.view(all, 1, column, 2, 2);
    const [a, b, product, solution] = [at(0), at(2), at(4), at(6)];
    backend.write(a, Float64Array.of(0, 2, 4, 1));
    backend.write(b, Float64Array.of(1, 2, 3, 5));
    backend.gemm(a, b, product);
    expect(await read(backend, product)).toEqual([6, 10, 7, 13]);
    backend.luSolve(a, product, solution, backend.view(all, 0, 11, 1, 1));
    expect(await read(backend, solution)).toEqual([1, 2, 3, 5]);
  });

  onDevice("many terms, `out` first and last among them", async (_, backend) => {
    using out = backend.allocate(1, 2);
    using other = backend.allocate(1, 2);
    backend.write(out, Float64Array.of(1, 2));
    backend.write(other, Float64Array.of(10, 20));
    const terms = [out, other, other, other, out, out].map((matrix) => ({ matrix }));
    backend.combine(out, terms);
    expect(await read(backend, out)).toEqual([33, 66]);
  });
});

describe("recording", () => {
  onDevice(
    "a step is two reads, three where it clips or refactors, each with one submission",
    async (device, backend) => {
      const submit = vi.spyOn(device.queue, "submit");
      const hidden = { rows: 2, columns: 3, data: Float64Array.of(1, 0.5, -1, 1, -0.5, 2) };
      const counts: Record<string, number> = {};
      for (const [kind, conditionLimit, clipNorm] of [
        ["plain", 1e3, Infinity],
        ["clipping", 1e3, 0.01],
        ["refactoring", 1, Infinity],
      ] as const) {
        await using layer = await FactoredLayer.create({
          backend,
          outputs: 50,
          features: 3,
          loss: squaredError(),
          conditionLimit,
        });
        const step = (): Promise<unknown> =>
          layer.train(hidden, sparseTargets.fromIds(50, [4, 9]), { learningRate: 0.01, clipNorm });
        await step();
        const reads = vi.spyOn(backend, "readMany");
        submit.mockClear();
        await step();
        counts[kind] = submit.mock.calls.length;
        expect(reads).toHaveBeenCalledTimes(counts[kind]);
        reads.mockRestore();
        expect((await layer.diagnostics()).refactorings).toBe(kind === "refactoring" ? 2 : 0);
      }
      expect(counts).toEqual({ plain: 2, clipping: 3, refactoring: 3 });
    },
  );

  onDevice("more calls than one submission holds run in order", async (_, backend) => {
    using matrix = backend.allocate(1, 1);
    using one = backend.allocate(1, 1);
    backend.fill(one, 1);
    for (let call = 0; call < 1300; call += 1) backend.combine(matrix, [{ matrix }, { matrix: one }]);
    expect(await read(backend, matrix)).toEqual([1300]);
  });

  onDevice("more numbers than are staged at once arrive", async (_, backend) => {
    const [rows, columns] = [3, 700_001];
    using matrix = backend.allocate(rows, columns + 1);
    using window = backend.view(matrix, 0, 1, rows, columns);
    const written = Float32Array.from({ length: rows * columns }, (_, i) => i);
    backend.write(window, written);
    const [seen] = await backend.readMany([window]);
    expect(seen?.every((value, i) => value === written[i])).toBe(true);
  });

  onDevice("host data larger than the staging area travels with its call", async (_, backend) => {
    const entries = 400_000;
    using b = backend.allocate(2, 1);
    using out = backend.allocate(1, 1);
    backend.write(b, Float64Array.of(1, 2));
    backend.sparseGemm(
      {
        rows: 1,
        columns: 2,
        offsets: Uint32Array.of(0, entries),
        columnIds: Uint32Array.from({ length: entries }, (_, n) => n % 2),
        values: new Float64Array(entries).fill(1),
      },
      b,
      out,
    );
    expect(await read(backend, out)).toEqual([1.5 * entries]);
  });

  onDevice("a matrix may be disposed while calls that use it wait", async (_, backend) => {
    using out = backend.allocate(1, 1);
    const gone = backend.allocate(1, 1);
    backend.fill(gone, 3);
    backend.combine(out, [{ matrix: gone }]);
    gone[Symbol.dispose]();
    expect(await read(backend, out)).toEqual([3]);
  });
});

onDevice("1,000 steps leave no buffer behind", async (device, backend) => {
  const live = liveBytes(device);
  const random = createRandom(1);
  await using layer = await FactoredLayer.create({ backend, outputs: 50, features: 3, loss: squaredError() });
  const step = (): Promise<unknown> => {
    const data = Float64Array.from({ length: 6 }, () => random.normal());
    const targets = sparseTargets.fromIds(50, [random.integer(50), random.integer(50)]);
    // So small that nothing is refactored: links of the chain are kept for long.
    return layer.train({ rows: 2, columns: 3, data }, targets, { learningRate: 1e-5 });
  };
  const held = (): object => ({ ...backend.stats(), live: live() });
  // Until a batch had one output twice, which has a shape of its own.
  for (let count = 0; count < 200; count += 1) await step();
  await backend.settle();
  const before = held();
  for (let count = 0; count < 1000; count += 1) await step();
  await backend.settle();
  expect(held()).toEqual(before);
});
