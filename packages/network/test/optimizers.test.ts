import fc from "fast-check";
import { expect, test } from "vitest";
import type { AdamOptions } from "../src/index.ts";
import { hostKernels } from "../src/kernels/index.ts";
import { checkOptimizerOptions, createOptimizer, type OptimizerOptions } from "../src/optimizers/index.ts";
import { createParameter, type Parameter } from "../src/parameter.ts";

const learningRate = 0.05;

/** Where each number begins. */
const start = 2;
const adamOptions: AdamOptions = { name: "adam", learningRate, meanDecay: 0.8, squareDecay: 0.9, epsilon: 1e-3 };

/** Adam as the paper writes it, on the list of gradients that one number received; AdamW with a weight decay. */
function adamByDefinition(gradients: readonly number[], weightDecay = 0): number {
  let [value, mean, square] = [start, 0, 0];
  gradients.forEach((g, i) => {
    mean = 0.8 * mean + 0.2 * g;
    square = 0.9 * square + 0.1 * g * g;
    const corrected = { mean: mean / (1 - 0.8 ** (i + 1)), square: square / (1 - 0.9 ** (i + 1)) };
    const step = corrected.mean / (Math.sqrt(corrected.square) + 1e-3);
    value -= learningRate * (step + weightDecay * value);
  });
  return value;
}

function momentumByDefinition(gradients: readonly number[]): number {
  let [value, velocity] = [start, 0];
  for (const g of gradients) {
    velocity = 0.6 * velocity + g;
    value -= learningRate * velocity;
  }
  return value;
}

function adagradByDefinition(gradients: readonly number[]): number {
  let [value, sum] = [start, 0];
  for (const g of gradients) {
    sum += g ** 2;
    value -= (learningRate * g) / (Math.sqrt(sum) + 0.1);
  }
  return value;
}

const sgdByDefinition = (gradients: readonly number[]) =>
  gradients.reduce((value, g) => value - learningRate * g, start);

/** Steps on some of three rows of two columns. */
const steps = fc.array(
  fc.record({
    rows: fc.uniqueArray(fc.integer({ min: 0, max: 2 }), { maxLength: 3 }),
    values: fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 6, maxLength: 6 }),
  }),
  { minLength: 1, maxLength: 12 },
);

test.each<[string, OptimizerOptions, (gradients: readonly number[]) => number]>([
  ["adam", adamOptions, (gradients) => adamByDefinition(gradients)],
  ["adamw", { ...adamOptions, name: "adamw", weightDecay: 0.3 }, (gradients) => adamByDefinition(gradients, 0.3)],
  ["adagrad", { name: "adagrad", learningRate, epsilon: 0.1 }, adagradByDefinition],
  ["sgd with momentum", { name: "sgd", learningRate, momentum: 0.6 }, momentumByDefinition],
  ["sgd", { name: "sgd", learningRate }, sgdByDefinition],
])("%s: each row follows the definition on its own gradients", (_, options, byDefinition) => {
  fc.assert(
    fc.property(steps, (sequence) => {
      const parameter = createParameter("p", 3, 2, "float64");
      parameter.values.fill(start);
      const optimizer = createOptimizer(options, parameter);
      const received: number[][] = Array.from({ length: 6 }, () => []);
      for (const { rows, values } of sequence) {
        const gradient = Float64Array.from(values.slice(0, 2 * rows.length));
        optimizer.update({ parameter, rows: Uint32Array.from(rows), values: gradient }, learningRate);
        rows.forEach((row, i) => {
          received[2 * row].push(gradient[2 * i]);
          received[2 * row + 1].push(gradient[2 * i + 1]);
        });
      }
      received.forEach((gradients, i) => {
        expect(parameter.values[i]).toBeCloseTo(byDefinition(gradients), 12);
      });
    }),
  );
});

test("without rows, a gradient moves the whole parameter", () => {
  const whole = trained(adamOptions, undefined);
  expect([...whole.values]).toEqual([...trained(adamOptions, Uint32Array.of(0, 1, 2)).values]);
  expect(whole.values.every((value) => value !== 0)).toBe(true);
});

test.each<OptimizerOptions>([
  { name: "adam", learningRate: Number.NaN },
  { name: "adam", learningRate: -1 },
  { name: "adam", learningRate, meanDecay: 1 },
  { name: "adam", learningRate, squareDecay: -0.1 },
  { name: "adam", learningRate, epsilon: 0 },
  { name: "adamw", learningRate, weightDecay: -1 },
  { name: "adamw", learningRate, epsilon: 0 },
  { name: "adagrad", learningRate, epsilon: 0 },
  { name: "sgd", learningRate, momentum: 1 },
  { name: "sgd", learningRate: Infinity },
])("refuses %o", (options) => {
  expect(() => checkOptimizerOptions(options)).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
});

function trained(options: OptimizerOptions, rows: Uint32Array | undefined): Parameter {
  const parameter = createParameter("p", 3, 2, "float64");
  const optimizer = createOptimizer(options, parameter);
  const values = Float64Array.of(1, -2, 3, -4, 5, -6);
  optimizer.update({ parameter, values, ...(rows && { rows }) }, learningRate);
  return parameter;
}

test.each<OptimizerOptions>([
  { name: "sgd", learningRate },
  { name: "sgd", learningRate, momentum: 0.6 },
  { name: "adam", learningRate },
  { name: "adagrad", learningRate },
])("a custom kernel takes the place of the host's: %o", (options) => {
  const called: string[] = [];
  const kernels = new Proxy(hostKernels, {
    get: (host, name: keyof typeof hostKernels) => {
      called.push(name);
      return host[name];
    },
  });
  const parameter = createParameter("p", 1, 1, "float32");
  createOptimizer(options, parameter, kernels).update({ parameter, values: Float32Array.of(1) }, learningRate);
  expect(called).toEqual([options.name === "sgd" && options.momentum ? "momentum" : options.name]);
});
