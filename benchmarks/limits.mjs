import { parseArgs } from "node:util";
import { FactoredLayer, memoryRows, parseLoss, secondOrder } from "@widehead/core";
import { createBackend } from "./backends.mjs";
import { freshBatches, median } from "./batches.mjs";
import { shapes, usual } from "./shapes.mjs";
import { record } from "./support.mjs";

/**
 * How far a step is from what the engine allows: the products and the system that it asks for are repeated by themselves, on
 * other matrices of the same shapes, in turns with it; and reading and writing rows of V is timed inside it.
 *
 *     npm run benchmark -- limits [--backend blas] [--threads 1] [--steps 300]
 */

const { values } = parseArgs({
  options: {
    backend: { type: "string", default: "blas" },
    threads: { type: "string", default: "1" },
    steps: { type: "string", default: "300" },
  },
});
const warmUp = 50;
const learningRate = 1e-5;

const results = [];
let kernel;
for (const { goals, ...row } of shapes) {
  const shape = { ...usual, ...row };
  const backend = await createBackend(values.backend, { threads: Number(values.threads) });
  kernel = backend.kernel;
  const result = { ...shape, goalMs: goals[Number(values.threads) - 1], ...(await measure(backend, shape)) };
  await backend[Symbol.asyncDispose]();
  results.push(result);
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
record(`limits-${values.backend}-${values.threads}`, { kernel, threads: Number(values.threads), results });

async function measure(backend, { outputs, features, batch, targets, loss, optimizer }) {
  const { dtype } = backend.numerics;
  const rows = memoryRows({ outputs, features: features + 1, dtype });
  const inRows = timed(rows, ["read", "write"]);
  const layer = await FactoredLayer.create({
    backend,
    outputs,
    rows,
    features: features + 1,
    loss: parseLoss(loss),
    ...(optimizer && { preconditioner: secondOrder() }),
  });
  const batches = freshBatches({ outputs, features: features + 1, batch, targets, dtype, seed: 1 });
  const gradientInto = new Float32Array(batch * (features + 1));
  const train = async () => {
    const { hidden, targets } = batches.next().value;
    inRows.milliseconds = 0;
    const start = performance.now();
    await layer.train(hidden, targets, { learningRate, gradientInto });
    return performance.now() - start;
  };
  for (let step = 0; step < warmUp; step += 1) await train();
  const calls = await callsOf(backend, train);
  const repeat = repetition(backend, calls);
  const times = { step: [], alone: [], rows: [] };
  for (let step = 0; step < Number(values.steps); step += 1) {
    times.step.push(await train());
    times.rows.push(inRows.milliseconds);
    times.alone.push(repeat());
  }
  await layer[Symbol.asyncDispose]();
  return {
    stepMs: median(times.step),
    aloneMs: median(times.alone),
    rowsMs: median(times.rows),
    multiplyAdds: calls.reduce((sum, { work }) => sum + work, 0),
  };
}

/** Adds up the time that methods of a store take. */
function timed(store, names) {
  const spent = { milliseconds: 0 };
  for (const name of names) {
    const original = store[name].bind(store);
    store[name] = (...args) => {
      const start = performance.now();
      original(...args);
      spent.milliseconds += performance.now() - start;
    };
  }
  return spent;
}

/** The shapes of the products and systems of one step. */
async function callsOf(backend, train) {
  const calls = [];
  const { gemm, luSolve } = backend;
  backend.gemm = (a, b, out, options = {}) => {
    const work = out.rows * out.columns * (options.transposeA ? a.rows : a.columns);
    calls.push({ a: sizeOf(a), b: sizeOf(b), out: sizeOf(out), options, work });
    gemm.call(backend, a, b, out, options);
  };
  backend.luSolve = (a, b, out, status) => {
    calls.push({ system: a.rows, columns: b.columns, work: a.rows ** 3 / 3 + a.rows ** 2 * b.columns });
    luSolve.call(backend, a, b, out, status);
  };
  await train();
  Object.assign(backend, { gemm, luSolve });
  return calls;
}

function sizeOf({ rows, columns }) {
  return [rows, columns];
}

/** Makes the same calls on matrices of their own; gives the milliseconds that they take. */
function repetition(backend, calls) {
  const filled = ([rows, columns]) => {
    const matrix = backend.allocate(rows, columns);
    const numbers = Float32Array.from({ length: rows * columns }, () => (Math.random() - 0.5) / columns);
    backend.write(matrix, numbers);
    return matrix;
  };
  const prepared = calls.map(({ a, b, out, options, system, columns }) => {
    if (system === undefined) {
      const [left, right, target] = [a, b, out].map(filled);
      return { prepare: () => {}, call: () => backend.gemm(left, right, target, { ...options, beta: 0 }) };
    }
    const [matrix, side, status] = [
      [system, system],
      [system, columns],
      [1, 1],
    ].map(filled);
    const identity = backend.allocate(system, system);
    backend.write(
      identity,
      Float32Array.from({ length: system ** 2 }, (_, i) => Number(i % (system + 1) === 0)),
    );
    return {
      prepare: () => backend.combine(matrix, [{ matrix: identity }]),
      call: () => backend.luSolve(matrix, side, side, status),
    };
  });
  return () => {
    for (const { prepare } of prepared) prepare();
    const start = performance.now();
    for (const { call } of prepared) call();
    return performance.now() - start;
  };
}
