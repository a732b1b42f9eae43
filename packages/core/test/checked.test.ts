import { beforeEach, describe, expect, test } from "vitest";
import { type Backend, checked, type Matrix, type SparseMatrix } from "../src/index.ts";
import { RecordingBackend } from "./recording-backend.ts";

let recording: RecordingBackend;
let backend: Backend;

beforeEach(() => {
  recording = new RecordingBackend();
  backend = checked(recording);
});

/** The call throws this code with these details, and nothing reaches the backend. */
function expectRefused(code: string, details: Record<string, unknown>, call: () => void): void {
  const before = recording.calls.length;
  expect(call).toThrowError(expect.objectContaining({ code, details: expect.objectContaining(details) }));
  expect(recording.calls.length).toBe(before);
}

function sparse(changes: Partial<SparseMatrix> = {}): SparseMatrix {
  return {
    rows: 2,
    columns: 5,
    offsets: Uint32Array.of(0, 2, 3),
    columnIds: Uint32Array.of(4, 0, 4),
    values: Float64Array.of(1, 2, 3),
    ...changes,
  };
}

test("hands valid calls on as they are", async () => {
  const [a, b, out] = [backend.allocate(2, 3), backend.allocate(3, 4), backend.allocate(2, 4)];
  const square = backend.allocate(2, 2);
  const column = backend.allocate(2, 1);
  const status = backend.allocate(1, 1);
  const dots = backend.allocate(3, 1);
  const right = backend.allocate(5, 3);
  const product = backend.allocate(2, 3);
  const terms = [{ matrix: a, factor: 2, scale: column }, { matrix: a }];
  const calls = [
    ["gemm", a, b, out, { alpha: 2 }],
    ["rowDots", a, a, column],
    ["combine", a, terms],
    ["addTranspose", square, square],
    ["luSolve", square, a, a, status],
    ["sampledDots", sparse(), a, right, dots],
    ["sparseGemm", sparse(), right, product, { beta: 1 }],
    ["fill", a, 1],
    ["write", a, new Float32Array(6)],
  ] as const;
  for (const [name, ...args] of calls) (backend[name] as (...values: unknown[]) => void)(...args);
  expect(recording.calls).toEqual(calls);
  await backend.settle();
  expect((await backend.readMany([a, b])).map(({ length }) => length)).toEqual([6, 12]);
  expect(backend.stats()).toEqual({ buffers: 3, bytes: 24 });
  expect([backend.name, backend.kernel, backend.threads]).toEqual(["recording", "none", 1]);
  expect([backend.supports, backend.numerics]).toEqual([recording.supports, recording.numerics]);
});

describe("shapes", () => {
  test("of products, with transposition", () => {
    const [a, b, out] = [backend.allocate(2, 3), backend.allocate(4, 3), backend.allocate(2, 4)];
    backend.gemm(a, b, out, { transposeB: true });
    backend.gemm(b, a, backend.allocate(4, 2), { transposeB: true });
    backend.gemm(a, backend.allocate(2, 5), backend.allocate(3, 5), { transposeA: true });
    expectRefused("ERR_SHAPE", { op: "gemm", argument: "b", expected: [3, 3], actual: [4, 3] }, () =>
      backend.gemm(a, b, out),
    );
    expectRefused("ERR_SHAPE", { op: "gemm", argument: "b", expected: [4, 2] }, () =>
      backend.gemm(a, b, out, { transposeA: true, transposeB: true }),
    );
    expectRefused("ERR_SHAPE", { argument: "out", expected: [2, 4], actual: [4, 3] }, () =>
      backend.gemm(a, backend.allocate(3, 4), b),
    );
  });

  test("of every other kernel", () => {
    const a = backend.allocate(2, 3);
    const square = backend.allocate(2, 2);
    const column = backend.allocate(2, 1);
    const status = backend.allocate(1, 1);
    const wrong = backend.allocate(3, 3);
    const calls: readonly (readonly [string, string, () => void])[] = [
      ["rowDots", "b", () => backend.rowDots(a, wrong, column)],
      ["rowDots", "out", () => backend.rowDots(a, a, wrong)],
      ["combine", "terms[1].matrix", () => backend.combine(a, [{ matrix: a }, { matrix: wrong }])],
      ["combine", "terms[0].scale", () => backend.combine(a, [{ matrix: a, scale: wrong }])],
      ["addTranspose", "a", () => backend.addTranspose(a, a)],
      ["addTranspose", "out", () => backend.addTranspose(square, wrong)],
      ["luSolve", "a", () => backend.luSolve(a, a, a, status)],
      ["luSolve", "b", () => backend.luSolve(square, wrong, wrong, status)],
      ["luSolve", "out", () => backend.luSolve(square, a, wrong, status)],
      ["luSolve", "status", () => backend.luSolve(square, a, a, column)],
      ["sampledDots", "left", () => backend.sampledDots(sparse(), wrong, wrong, wrong)],
      ["sampledDots", "right", () => backend.sampledDots(sparse(), a, wrong, wrong)],
      ["sampledDots", "out", () => backend.sampledDots(sparse(), a, backend.allocate(5, 3), wrong)],
      ["sparseGemm", "b", () => backend.sparseGemm(sparse(), wrong, wrong)],
      ["sparseGemm", "out", () => backend.sparseGemm(sparse(), backend.allocate(5, 3), wrong)],
      ["write", "data", () => backend.write(a, new Float64Array(5))],
      ["allocate", "rows", () => backend.allocate(-1, 2)],
      ["allocate", "columns", () => backend.allocate(1, 0.5)],
      ["view", "matrix", () => backend.view(a, 1, 0, 2, 1)],
      ["view", "matrix", () => backend.view(a, 0, 2, 1, 2)],
      ["view", "row", () => backend.view(a, -1, 0, 1, 1)],
    ];
    for (const [op, argument, call] of calls) expectRefused("ERR_SHAPE", { op, argument }, call);
  });

  test("of data that is no float array: a TypeError", () => {
    const a = backend.allocate(1, 1);
    expect(() => backend.write(a, [1] as unknown as Float64Array)).toThrowError(TypeError);
  });
});

describe("sparse arguments", () => {
  const shape = "ERR_SHAPE";
  const broken: readonly (readonly [string, string, Partial<SparseMatrix>])[] = [
    [shape, "sparse.offsets", { offsets: Uint32Array.of(0, 3) }],
    [shape, "sparse.offsets", { offsets: Uint32Array.of(1, 2, 3) }],
    [shape, "sparse.offsets", { offsets: Uint32Array.of(0, 2, 2) }],
    [shape, "sparse.offsets", { rows: 3, offsets: Uint32Array.of(0, 3, 2, 3) }],
    [shape, "sparse.values", { values: Float64Array.of(1) }],
    ["ERR_INDEX_RANGE", "sparse.columnIds", { columnIds: Uint32Array.of(4, 5, 4) }],
  ];
  test.each(broken)("%s for %s", (code, argument, changes) => {
    const wrong = sparse(changes);
    const out = backend.allocate(wrong.rows, 3);
    const b = backend.allocate(5, 3);
    expectRefused(code, { op: "sparseGemm", argument }, () => backend.sparseGemm(wrong, b, out));
  });

  test("may have no entries and no rows", () => {
    const empty = sparse({
      rows: 0,
      offsets: Uint32Array.of(0),
      columnIds: new Uint32Array(0),
      values: new Float64Array(0),
    });
    backend.sparseGemm(empty, backend.allocate(5, 3), backend.allocate(0, 3));
    expect(recording.calls.length).toBe(1);
  });
});

describe("handles", () => {
  test("of another backend are refused, and of the same backend unwrapped", () => {
    for (const foreign of [checked(new RecordingBackend()).allocate(1, 1), recording.allocate(1, 1)]) {
      expectRefused("ERR_FOREIGN_HANDLE", { op: "fill", argument: "out" }, () => backend.fill(foreign, 0));
      expectRefused("ERR_FOREIGN_HANDLE", { op: "view", argument: "matrix" }, () => backend.view(foreign, 0, 0, 1, 1));
    }
  });

  test("that were disposed are refused, and views of them", async () => {
    const matrix = backend.allocate(2, 2);
    const view = backend.view(matrix, 0, 0, 1, 1);
    matrix[Symbol.dispose]();
    for (const dead of [matrix, view]) {
      expectRefused("ERR_DISPOSED", { op: "fill", argument: "out" }, () => backend.fill(dead, 0));
      await expect(backend.readMany([dead])).rejects.toMatchObject({
        code: "ERR_DISPOSED",
        details: { argument: "matrices[0]" },
      });
    }
  });

  test("checks the backend itself after disposal, which goes through once for each call", async () => {
    await backend[Symbol.asyncDispose]();
    expect(recording.calls).toEqual([["dispose"]]);
    expectRefused("ERR_DISPOSED", { op: "allocate", argument: "backend" }, () => backend.allocate(1, 1));
    await expect(backend.settle()).rejects.toMatchObject({ code: "ERR_DISPOSED" });
  });
});

describe("overlap", () => {
  /** [row, column, rows, columns] of a matrix [6, 6]. */
  function views(...rectangles: readonly (readonly [number, number, number, number])[]): Matrix[] {
    const matrix = backend.allocate(6, 6);
    return rectangles.map((rectangle) => backend.view(backend.view(matrix, 0, 0, 6, 6), ...rectangle));
  }

  test("of the output with an input is refused where the kernel says so", () => {
    const [a, out] = views([0, 0, 3, 3], [2, 2, 3, 3]) as [Matrix, Matrix];
    const b = backend.allocate(3, 3);
    const column = backend.view(a, 0, 0, 3, 1);
    const calls: readonly (readonly [string, string, () => void])[] = [
      ["gemm", "a", () => backend.gemm(a, b, out)],
      ["gemm", "b", () => backend.gemm(b, a, out)],
      ["gemm", "a", () => backend.gemm(a, b, a)],
      ["rowDots", "b", () => backend.rowDots(b, a, column)],
      ["combine", "terms[0].matrix", () => backend.combine(out, [{ matrix: a }])],
      ["combine", "terms[0].scale", () => backend.combine(a, [{ matrix: b, scale: column }])],
      ["addTranspose", "a", () => backend.addTranspose(a, out)],
      ["luSolve", "b", () => backend.luSolve(a, out, out, backend.allocate(1, 1))],
      ["luSolve", "b", () => backend.luSolve(b, a, out, backend.allocate(1, 1))],
      ["luSolve", "out", () => backend.luSolve(b, out, out, backend.view(out, 0, 0, 1, 1))],
    ];
    for (const [op, overlaps, call] of calls) {
      if (op === "luSolve" && overlaps === "out") expectRefused("ERR_OPTION", { op, argument: "status" }, call);
      else expectRefused("ERR_OPTION", { op, overlaps }, call);
    }
  });

  test("is not seen between windows beside each other, and not with empty ones", () => {
    const [a, right, below, empty] = views([0, 0, 3, 3], [0, 3, 3, 3], [3, 0, 3, 3], [1, 1, 0, 3]) as [
      Matrix,
      Matrix,
      Matrix,
      Matrix,
    ];
    backend.gemm(a, right, below);
    backend.gemm(empty, a, empty);
    expect(recording.calls.length).toBe(2);
  });

  test("is allowed where the output is exactly the input", () => {
    const matrix = backend.allocate(4, 4);
    const [one, same] = [backend.view(matrix, 1, 1, 2, 2), backend.view(matrix, 1, 1, 2, 2)];
    backend.combine(one, [{ matrix: same }, { matrix: one }]);
    backend.addTranspose(one, same);
    backend.luSolve(backend.allocate(2, 2), one, same, backend.allocate(1, 1));
    expect(recording.calls.length).toBe(3);
  });
});
