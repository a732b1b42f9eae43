import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LossInput, LossResult, SphericalLoss } from "../src/contract/index.ts";
import {
  cosineDistance,
  softmaxCrossEntropy,
  sphericalSoftmax,
  squaredError,
  taylorSoftmax,
  weightedSquaredError,
  zLoss,
} from "../src/losses/index.ts";

/** An example with every output explicit; the target's entries are the first of the outputs. */
interface Example {
  readonly outputs: readonly number[];
  readonly values: readonly number[];
  readonly weights?: readonly number[];
  readonly noise?: number;
}

function evaluate(loss: SphericalLoss, example: Example): { result: LossResult; slopes: number[] } {
  const { outputs, values } = example;
  const padding = 2;
  const sum = outputs.reduce((total, o) => total + o, 0);
  const mean = sum / outputs.length;
  const entries = (numbers: readonly number[]) => Float64Array.from([NaN, NaN, ...numbers, NaN]);
  const input: LossInput = {
    squaredDeviation: outputs.reduce((total, o) => total + (o - mean) ** 2, 0),
    sum,
    outputCount: outputs.length,
    noise: example.noise ?? 0,
    example: 3,
    begin: padding,
    end: padding + values.length,
    outputs: entries(outputs.slice(0, values.length)),
    values: entries(values),
    positiveWeights: example.weights && entries(example.weights),
    outputSlopes: entries(values.map(() => NaN)),
  };
  const result = { value: NaN, squaresSlope: NaN, sumSlope: NaN };
  loss.evaluate(input, result);
  return { result, slopes: [...input.outputSlopes.subarray(input.begin, input.end)] };
}

function gradient(loss: SphericalLoss, example: Example): number[] {
  const { result, slopes } = evaluate(loss, example);
  return example.outputs.map((o, i) => 2 * result.squaresSlope * o + result.sumSlope + (slopes[i] ?? 0));
}

function numericGradient(loss: SphericalLoss, example: Example): number[] {
  const h = 1e-5;
  return example.outputs.map((_, i) => {
    const at = (shift: number) => {
      const outputs = example.outputs.map((o, j) => (i === j ? o + shift : o));
      return evaluate(loss, { ...example, outputs }).result.value;
    };
    return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
  });
}

function expectClose(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  const scale = 1 + Math.max(...expected.map(Math.abs));
  for (const [i, number] of expected.entries()) expect(Math.abs(actual[i] - number)).toBeLessThan(tolerance * scale);
}

const number = fc.integer({ min: -300, max: 300 }).map((hundredths) => hundredths / 100);
const positive = fc.integer({ min: 1, max: 300 }).map((hundredths) => hundredths / 100);

/** Outputs that are not nearly equal and not nearly zero: every loss is smooth there. */
const spreadOutputs = fc
  .array(number, { minLength: 4, maxLength: 12 })
  .map((outputs) => [outputs[0] + 5, outputs[1] - 5, ...outputs.slice(2)]);

const subjects: readonly { loss: SphericalLoss; targets: fc.Arbitrary<number[]>; value: (e: Example) => number }[] = [
  {
    loss: squaredError(),
    targets: fc.array(number, { maxLength: 4 }),
    value: ({ outputs, values }) => outputs.reduce((total, o, i) => total + (o - (values[i] ?? 0)) ** 2, 0),
  },
  {
    loss: weightedSquaredError({ zeroWeight: 0.25 }),
    targets: fc.array(number, { maxLength: 4 }),
    value: ({ outputs, values, weights }) =>
      outputs.reduce(
        (total, o, i) => total + (i < values.length ? (weights?.[i] ?? 1) * (o - values[i]) ** 2 : 0.25 * o ** 2),
        0,
      ),
  },
  {
    loss: sphericalSoftmax({ epsilon: 0.5 }),
    targets: fc.array(positive, { maxLength: 4 }),
    value: ({ outputs, values }) => logLikelihood(outputs, values, (o) => o ** 2 + 0.5),
  },
  {
    loss: taylorSoftmax(),
    targets: fc.array(positive, { maxLength: 4 }),
    value: ({ outputs, values }) => logLikelihood(outputs, values, (o) => 1 + o + o ** 2 / 2),
  },
  {
    loss: zLoss({ alpha: 0.3, beta: 2 }),
    targets: fc.tuple(positive),
    value: ({ outputs, values }) => {
      const mean = outputs.reduce((total, o) => total + o, 0) / outputs.length;
      const variance = outputs.reduce((total, o) => total + (o - mean) ** 2, 0) / outputs.length;
      const z = (outputs[0] - mean) / Math.sqrt(variance);
      return (values[0] / 0.3) * Math.log(1 + Math.exp(0.3 * (2 - z)));
    },
  },
  {
    loss: cosineDistance(),
    targets: fc.array(positive, { minLength: 1, maxLength: 4 }),
    value: ({ outputs, values }) =>
      1 - outputs.reduce((dot, o, i) => dot + o * (values[i] ?? 0), 0) / Math.hypot(...outputs) / Math.hypot(...values),
  },
];

function logLikelihood(outputs: readonly number[], values: readonly number[], mass: (o: number) => number): number {
  const total = outputs.reduce((sum, o) => sum + mass(o), 0);
  return values.reduce((loss, y, i) => loss - y * Math.log(mass(outputs[i]) / total), 0);
}

describe.each(subjects)("$loss.name", ({ loss, targets, value }) => {
  const examples = fc
    .record({ outputs: spreadOutputs, values: targets, weights: fc.array(positive, { minLength: 4, maxLength: 4 }) })
    .map(({ outputs, values, weights }): Example => ({ outputs, values, weights: weights.slice(0, values.length) }));

  test("the value is the definition's, from every output", () => {
    fc.assert(
      fc.property(examples, (example) => {
        expectClose([evaluate(loss, example).result.value], [value(example)], 1e-12);
      }),
    );
  });

  test("the slopes are the value's derivatives", () => {
    fc.assert(
      fc.property(examples, (example) => {
        expectClose(gradient(loss, example), numericGradient(loss, example), 1e-6);
      }),
    );
  });

  if (loss.centredGradient) {
    test("an example's gradient sums to zero", () => {
      fc.assert(
        fc.property(examples, (example) => {
          const sum = gradient(loss, example).reduce((total, slope) => total + slope, 0);
          expect(Math.abs(sum)).toBeLessThan(1e-12);
        }),
      );
    });
  }

  if (loss.constantSlopes) {
    test("the slopes in q and s are constant", () => {
      fc.assert(
        fc.property(examples, examples, (one, other) => {
          expect(evaluate(loss, one).result.squaresSlope).toBe(evaluate(loss, other).result.squaresSlope);
          expect(evaluate(loss, one).result.sumSlope).toBe(0);
        }),
      );
    });
  }

  const { likelihood } = loss;
  if (likelihood !== undefined) {
    test("probabilities sum to 1", () => {
      fc.assert(
        fc.property(spreadOutputs, (outputs) => {
          const sum = outputs.reduce((total, o) => total + o, 0);
          const deviation = outputs.reduce((total, o) => total + (o - sum / outputs.length) ** 2, 0);
          const total = likelihood.total(deviation, sum, outputs.length);
          const mass = outputs.map(likelihood.mass).reduce((all, one) => all + one, 0);
          expect(mass / total).toBeCloseTo(1, 12);
        }),
      );
    });
  }
});

describe("squared errors", () => {
  test.each([squaredError(), weightedSquaredError({ zeroWeight: 1 })])("$name is never negative", (loss) => {
    const outputs = [0.1, 0.2, 0.7];
    expect(
      evaluate(loss, { outputs, values: outputs.map((o) => o * (1 + 2 ** -52)) }).result.value,
    ).toBeGreaterThanOrEqual(0);
  });

  test("all weights 1 make the weighted error the plain one", () => {
    const example = { outputs: [3, -1, 0.5, 2], values: [1, 2] };
    expectClose(gradient(weightedSquaredError({ zeroWeight: 1 }), example), gradient(squaredError(), example), 1e-14);
  });
});

describe("z", () => {
  const loss = zLoss();

  test.each([
    [[], 0],
    [[1, 1], 2],
    [[0, 0], 0],
  ])("needs one target: %j", (values, targets) => {
    expect(() => evaluate(loss, { outputs: [1, 2, 3], values })).toThrow(
      expect.objectContaining({ code: "ERR_LOSS_DOMAIN", details: { loss: "z", example: 3, targets } }),
    );
  });

  test("an explicit zero is no target", () => {
    const outputs = [1, 2, 3, 4];
    expect(gradient(loss, { outputs, values: [0, 1, 0] })).toEqual(
      gradient(loss, { outputs: [2, 1, 3, 4], values: [1] }).map((_, i, all) => all[[1, 0, 2, 3][i]]),
    );
  });

  test.each([
    ["equal outputs", { outputs: [2, 2, 2], values: [1] }],
    ["a spread of round-off", { outputs: [1000, 1000.1, 1000], values: [1] }],
    ["a spread below the noise", { outputs: [1, 2, 3], values: [1], noise: 1 }],
    ["one output", { outputs: [2], values: [1] }],
    ["outputs that are not numbers", { outputs: [1, NaN], values: [1] }],
  ])("%s are outside its domain", (_, example) => {
    expect(() => evaluate(loss, example)).toThrow(expect.objectContaining({ code: "ERR_LOSS_DOMAIN" }));
  });

  test.each([-1e4, 1e4])("stays finite at β = %d", (beta) => {
    const { result, slopes } = evaluate(zLoss({ alpha: 2, beta }), { outputs: [1, 2, 4], values: [1] });
    expect([result.value, result.squaresSlope, result.sumSlope, ...slopes].every(Number.isFinite)).toBe(true);
  });
});

describe("cosine", () => {
  test.each([
    ["a zero target", { outputs: [1, 2], values: [0] }],
    ["no target", { outputs: [1, 2], values: [] }],
    ["zero outputs", { outputs: [0, 0], values: [1] }],
    ["outputs below the noise", { outputs: [0.1, 0.1], values: [1], noise: 0.01 }],
  ])("%s is outside its domain", (_, example) => {
    expect(() => evaluate(cosineDistance(), example)).toThrow(
      expect.objectContaining({ code: "ERR_LOSS_DOMAIN", details: expect.objectContaining({ example: 3 }) }),
    );
  });

  test("one output is at distance 0 or 2", () => {
    expect(evaluate(cosineDistance(), { outputs: [3], values: [2] }).result.value).toBe(0);
    expect(evaluate(cosineDistance(), { outputs: [-3], values: [2] }).result.value).toBe(2);
  });
});

describe("softmaxes", () => {
  test.each([sphericalSoftmax(), taylorSoftmax()])("$name of outputs that are all zero is uniform", (loss) => {
    const { result } = evaluate(loss, { outputs: [0, 0, 0, 0], values: [2] });
    expect(result.value).toBeCloseTo(2 * Math.log(4), 12);
  });

  test.each([sphericalSoftmax(), taylorSoftmax()])("$name refuses a total drowned in noise", (loss) => {
    expect(() => evaluate(loss, { outputs: [1, 1], values: [1], noise: 10 })).toThrow(
      expect.objectContaining({ code: "ERR_LOSS_DOMAIN" }),
    );
  });

  test("softmax is for the dense layer", () => {
    expect(softmaxCrossEntropy().family).toBe("dense");
    expect(softmaxCrossEntropy().likelihood.mass(0)).toBe(1);
  });
});
