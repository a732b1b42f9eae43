import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Backend, createRandom, type Dtype, FactoredLayer, type Matrix, squaredError } from "@widehead/core";
import { createEngine, SimdBackend } from "@widehead/wasm-kernels";
import { describe, expect, test } from "vitest";
import { createOnThreads, Watched } from "./watched.ts";

const supports = { float32: true, float64: true, threads: false, deterministic: true };

async function createAlone(dtype: Dtype): Promise<SimdBackend> {
  return new SimdBackend(await createEngine({ dtype }), { name: "alone", kernel: "simd", supports });
}

/** Normal random numbers, the same for every backend. */
function normal(backend: Backend, rows: number, columns: number, diagonal = 0): Matrix {
  const random = createRandom(rows + 1000 * columns);
  const matrix = backend.allocate(rows, columns);
  const numbers = new Float64Array(rows * columns).map((_, i) => random.normal() + (i % (columns + 1) ? 0 : diagonal));
  backend.write(matrix, numbers);
  return matrix;
}

const pattern = {
  rows: 400,
  columns: 50,
  offsets: Uint32Array.from({ length: 401 }, (_, j) => 3 * j),
  columnIds: Uint32Array.from({ length: 1200 }, (_, entry) => (7 * entry) % 50),
};

/** Large enough to be shared, also while workers sleep; each returns what it writes. */
const calls: Readonly<Record<string, (backend: Backend) => readonly Matrix[]>> = {
  gemm: (backend) => {
    const out = normal(backend, 150, 70);
    backend.gemm(normal(backend, 101, 150), normal(backend, 70, 101), out, {
      transposeA: true,
      transposeB: true,
      alpha: 0.5,
      beta: 2,
    });
    return [out];
  },
  luSolve: (backend) => {
    const out = backend.allocate(101, 110);
    const status = backend.allocate(1, 1);
    backend.luSolve(normal(backend, 101, 101, 40), normal(backend, 101, 110), out, status);
    return [out, status];
  },
  combine: (backend) => {
    const out = normal(backend, 300, 301);
    const view = backend.view(normal(backend, 301, 307), 1, 5, 300, 301);
    backend.combine(out, [
      { matrix: out, factor: -1 },
      { matrix: view, scale: normal(backend, 300, 1) },
    ]);
    return [out];
  },
  addTranspose: (backend) => {
    const out = normal(backend, 515, 515);
    backend.addTranspose(out, out);
    return [out];
  },
  rowDots: (backend) => {
    const out = backend.allocate(903, 1);
    backend.rowDots(normal(backend, 903, 301), normal(backend, 903, 301), out);
    return [out];
  },
  sampledDots: (backend) => {
    const out = backend.allocate(1200, 1);
    backend.sampledDots(pattern, normal(backend, 400, 301), normal(backend, 50, 301), out);
    return [out];
  },
  sparseGemm: (backend) => {
    const out = backend.allocate(400, 301);
    const values = Float64Array.from(pattern.columnIds, (id) => id - 20.5);
    backend.sparseGemm({ ...pattern, values }, normal(backend, 50, 301), out, { alpha: 0.7 });
    return [out];
  },
  exponentiateRows: (backend) => {
    const a = normal(backend, 203, 201);
    const [maxima, sums] = [backend.allocate(203, 1), backend.allocate(203, 1)];
    backend.exponentiateRows!(a, maxima, sums);
    return [a, maxima, sums];
  },
  fill: (backend) => {
    const whole = normal(backend, 600, 601);
    backend.fill(backend.view(whole, 3, 3, 590, 590), 7);
    return [whole];
  },
};

describe.each<Dtype>(["float32", "float64"])("ThreadedBackend %s", (dtype) => {
  test("computes the same bits on two threads and on five as on one", async () => {
    await using alone = await createAlone(dtype);
    for (const threads of [2, 5]) {
      await using backend = await createOnThreads(dtype, threads);
      expect(backend.threads).toBe(threads);
      for (const [name, call] of Object.entries(calls)) {
        const expected = await alone.readMany(call(alone));
        for (let round = 0; round < 3; round += 1) {
          const observed = await backend.readMany(call(backend));
          const same = observed.every((numbers, i) => numbers.every((value, j) => Object.is(value, expected[i]![j])));
          expect(same, `${name} on ${threads} threads`).toBe(true);
        }
      }
    }
  });

  test("multiplies on the host in float64", async () => {
    const size = 120;
    const random = createRandom(2);
    const [a, b] = [0, 1].map(() => new Float64Array(size * size).map(() => random.normal()));
    await using alone = await createAlone(dtype);
    await using backend = await createOnThreads(dtype, 2);
    expect(backend.multiplyFloat64(a!, b!, size)).toEqual(alone.multiplyFloat64(a!, b!, size));
  });

  test("workers see memory that has grown since they began", async () => {
    await using backend = await createOnThreads(dtype, 2);
    for (let value = 1; value < 20; value += 1) {
      const source = backend.allocate(100 * value, 1000);
      const out = backend.allocate(100 * value, 1000);
      backend.fill(source, value);
      backend.combine(out, [{ matrix: source }]);
      expect(backend.hostView(out)!.every((element) => element === value)).toBe(true);
    }
  });
});

describe("ThreadedBackend", () => {
  test("memory that does not hold what each thread needs is ERR_MEMORY, and no worker is left", async () => {
    const { start, ends } = new Watched();
    const created = createOnThreads("float32", 4, { start, maximumBytes: 2 ** 20 });
    await expect(created).rejects.toMatchObject({ code: "ERR_MEMORY" });
    expect(await Promise.all(ends)).toHaveLength(3);
  });

  test("two backends have two pools", async () => {
    const [one, other] = [await createOnThreads("float32", 2), await createOnThreads("float32", 2)];
    await one[Symbol.asyncDispose]();
    const out = other.allocate(600, 600);
    other.fill(out, 3);
    expect(other.hostView(out)!.every((element) => element === 3)).toBe(true);
    await other[Symbol.asyncDispose]();
  });

  test("when a worker is gone every call throws ERR_DEVICE_LOST, until disposed", async () => {
    const watched = new Watched();
    const backend = await createOnThreads("float32", 2, watched);
    const a = backend.allocate(1, 1);
    void watched.workers[0]!.terminate();
    await watched.ends[0];
    const calls: readonly (() => unknown)[] = [
      () => backend.allocate(1, 1),
      () => backend.write(a, Float64Array.of(1)),
      () => backend.readMany([a]),
      () => backend.settle(),
      () => backend.gemm(a, a, a),
      () => backend.fill(a, 1),
    ];
    for (const call of calls) await expect(async () => call()).rejects.toMatchObject({ code: "ERR_DEVICE_LOST" });
    await backend[Symbol.asyncDispose]();
    await expect(async () => backend.fill(a, 1)).rejects.toMatchObject({ code: "ERR_DISPOSED" });
  });

  test("a worker killed during a step is ERR_DEVICE_LOST from the layer, and the next step too", async () => {
    const watched = new Watched();
    await using backend = await createOnThreads("float32", 2, watched);
    const { layer, train } = await createLayer(backend);
    await train();
    const { readMany } = backend;
    backend.readMany = async (matrices) => {
      void watched.workers[0]!.terminate();
      await watched.ends[0];
      return readMany.call(backend, matrices);
    };
    await expect(train()).rejects.toMatchObject({ code: "ERR_DEVICE_LOST" });
    await expect(train()).rejects.toMatchObject({ code: "ERR_DEVICE_LOST" });
    await layer[Symbol.asyncDispose]();
  });

  test("a backend disposed while a step runs is ERR_DISPOSED from the step, and no worker is left", async () => {
    const watched = new Watched();
    const backend = await createOnThreads("float32", 2, watched);
    const { layer, train } = await createLayer(backend);
    await train();
    const step = train();
    await Promise.all([
      expect(step).rejects.toMatchObject({ code: "ERR_DISPOSED" }),
      backend[Symbol.asyncDispose]().then(() => watched.ends[0]),
    ]);
    await layer[Symbol.asyncDispose]();
  });
});

async function createLayer(backend: Backend): Promise<{ layer: FactoredLayer; train: () => Promise<unknown> }> {
  const [outputs, features, rows] = [50, 64, 64];
  const layer = await FactoredLayer.create({ backend, outputs, features, loss: squaredError() });
  const data = Float64Array.from({ length: rows * features }, (_, i) => Math.sin(i));
  const targets = {
    rows,
    outputs,
    offsets: Uint32Array.from({ length: rows + 1 }, (_, j) => j),
    ids: Uint32Array.from({ length: rows }, (_, j) => j % outputs),
  };
  return { layer, train: () => layer.train({ rows, columns: features, data }, targets, { learningRate: 1e-3 }) };
}

test("a process ends by itself, with a backend that is not disposed", () => {
  const program = `
    import { createEngine } from "@widehead/wasm-kernels";
    import { createThreaded } from "./dist/backend.js";
    const supports = { float32: true, float64: true, threads: true, deterministic: true };
    const engine = await createEngine({ dtype: "float32" });
    const backend = await createThreaded(engine, { name: "wasm", kernel: "simd", supports }, 2);
    const a = backend.allocate(200, 200);
    backend.gemm(a, a, backend.allocate(200, 200));
    process.stdout.write("done");
  `;
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  const child = spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
    cwd,
    encoding: "utf8",
    timeout: 60_000,
  });
  expect(child).toMatchObject({ stdout: "done", stderr: "", status: 0 });
});
