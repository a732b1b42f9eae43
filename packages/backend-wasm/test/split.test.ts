import { createEngine, type SimdEngine } from "@widehead/wasm-kernels";
import { describe, expect, test } from "vitest";
import { splitEngine, splitNames } from "../src/threads/split.ts";

const [products, numbers] = [2 ** 17, 2 ** 15];

/** Of each kernel, the arguments behind `part` and `parts` of a call with this work, a multiple of 128, and its least. */
const calls: Readonly<Record<string, readonly [values: (work: number) => readonly number[], least: number]>> = {
  gemm: [(work) => [0, 8, work / 64, 8], products],
  luApply: [(work) => [0, 8, work / 64], products],
  combine: [(work) => [0, 8, work / 16, 0, 0, 0, 2], numbers],
  addTranspose: [(work) => [Math.sqrt(work)], numbers],
  rowDots: [(work) => [8, work / 8], numbers],
  sampledDots: [(work) => [2, work / 16, 4 * places], numbers],
  sparseGemm: [(work) => [2, work / 18, 1, 4 * places], numbers],
  exponentiateRows: [(work) => [8, work / 64], numbers],
  fill: [(work) => [8, work / 8], numbers],
};

/** Where offsets of two rows with 16 entries lie, in u32. */
const places = 1024;

describe("splitEngine", () => {
  async function runnerOf(asleep: boolean): Promise<readonly [SimdEngine, shared: number[], alone: string[]]> {
    const [shared, alone]: [number[], string[]] = [[], []];
    const engine = await createEngine({ dtype: "float32" });
    engine.arena.indices.set([0, 8, 16], places);
    const table = Object.fromEntries(splitNames.map((name) => [name, () => alone.push(name)]));
    const kernels = { ...engine.kernels, ...table };
    const runner = { asleep, run: (kernel: number) => shared.push(kernel) };
    return [splitEngine({ ...engine, kernels, float64Kernels: kernels }, runner), shared, alone];
  }

  test.each([
    [false, 1],
    [true, 4],
  ])("shares calls from their least work on; asleep: %s", async (asleep, times) => {
    const [engine, shared, alone] = await runnerOf(asleep);
    for (const [i, name] of splitNames.entries()) {
      const [values, least] = calls[name]!;
      const call = (work: number): void => {
        (engine.kernels as unknown as Record<string, (...all: number[]) => void>)[name]!(0, 1, ...values(work));
      };
      call(times * least * 0.99);
      expect([alone, shared], name).toEqual([[name], []]);
      call(times * least);
      call(times * least * 1.01);
      expect([alone, shared], name).toEqual([[name], [i, i]]);
      alone.length = 0;
      shared.length = 0;
    }
  });

  test("numbers the kernels in float64 behind the others", async () => {
    const [{ float64Kernels }, shared] = await runnerOf(false);
    float64Kernels.fill(0, 1, 1000, 1000, 0, 0, 1);
    expect(shared).toEqual([splitNames.length + splitNames.indexOf("fill")]);
  });
});
