import { DenseDescent } from "./stability-dense.mjs";
import { methods } from "./stability-methods.mjs";
import { driftingBatches, startingWeights } from "./stability-problem.mjs";

/**
 * Trains methods in step with dense float64 descent on the same batches. Recorded is the worst error of each window of
 * steps, and the error of the weights at its end. A method that gives numbers that are not finite, or refuses to go on,
 * is out.
 *
 * @param lengths  for each method, the steps it takes part in
 */
export async function race({ loss, bias, rates, lengths, shape, window }) {
  const weights = startingWeights({ ...shape, bias });
  const dense = new DenseDescent(loss, weights);
  const runners = await Promise.all(
    Object.entries(lengths).map(async ([name, steps]) => newRunner(name, steps, await methods[name](loss, weights))),
  );
  const batches = driftingBatches(shape);
  const running = (step) => runners.filter(({ end, steps }) => end === undefined && step <= steps);
  for (let step = 1; running(step).length > 0; step += 1) {
    const { hidden, targets } = batches.next().value;
    const expected = dense.train(hidden, targets, rates);
    for (const runner of running(step)) await advance(runner, step, hidden, targets, rates, expected);
    if (!closesWindow(step, window)) continue;
    for (const runner of running(step)) await closeWindow(runner, step, dense.weights());
  }
  return Promise.all(runners.map(summary));
}

/** The first window in twenty parts: a method that dies, dies there. */
function closesWindow(step, window) {
  return step % (step < window ? window / 20 : window) === 0;
}

function newRunner(name, steps, method) {
  return { name, steps, method, worst: noError, windows: [], end: undefined };
}

const noError = { loss: 0, exampleLoss: 0, hiddenGradient: 0 };

async function advance(runner, step, hidden, targets, rates, expected) {
  try {
    const observed = await runner.method.train(hidden, targets, rates);
    const error = errorOf(observed, expected);
    if (!Number.isFinite(error.loss + error.hiddenGradient)) runner.end = { step, reason: "not finite" };
    runner.worst = larger(runner.worst, error);
  } catch (failure) {
    if (failure.code === undefined) throw failure;
    runner.end = { step, reason: failure.message };
  }
}

/** Losses relative to max(loss, ‖y‖²), where ‖y‖² = 1: of the batch, and of its worst example; hidden gradient relative, Frobenius. */
function errorOf(observed, expected) {
  const differences = expected.losses.map((loss, j) => observed.losses[j] - loss);
  const relative = differences.map((difference, j) => Math.abs(difference) / Math.max(expected.losses[j], 1));
  return {
    loss: Math.abs(mean(differences)) / Math.max(mean(expected.losses), 1),
    exampleLoss: relative.reduce(maximum, 0),
    hiddenGradient: distance(observed.hiddenGradient, expected.hiddenGradient),
  };
}

async function closeWindow(runner, step, expected) {
  runner.windows.push({ step, ...runner.worst, weights: distance(await runner.method.weights(), expected) });
  runner.worst = noError;
}

async function summary({ name, method, windows, end }) {
  const curve = (key) => windows.map((window) => short(window[key]));
  return {
    method: name,
    end,
    worst: windows.reduce(larger, noError),
    last: windows.at(-1),
    diagnostics: await method.diagnostics?.(),
    curves: Object.fromEntries(["step", "loss", "hiddenGradient", "weights"].map((key) => [key, curve(key)])),
  };
}

function short(number) {
  return Number(number.toPrecision(3));
}

/** The larger of each error. */
function larger(one, other) {
  return Object.fromEntries(Object.keys(noError).map((key) => [key, Math.max(one[key], other[key])]));
}

function mean(numbers) {
  return numbers.reduce((total, number) => total + number, 0) / numbers.length;
}

/** Math.max, called with two arguments by reduce. */
function maximum(one, other) {
  return Math.max(one, other);
}

function distance(observed, expected) {
  let [difference, size] = [0, 0];
  for (let i = 0; i < expected.length; i += 1) {
    difference += (observed[i] - expected[i]) ** 2;
    size += expected[i] ** 2;
  }
  return Math.sqrt(difference / size);
}
