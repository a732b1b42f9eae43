import {
  cosineDistance,
  createRandom,
  type LossInput,
  type SphericalLoss,
  sphericalSoftmax,
  squaredError,
  taylorSoftmax,
  weightedSquaredError,
  zLoss,
} from "@widehead/core";
import { type Case, defineCase } from "../case.ts";
import { type ExplicitExample, explicitLoss } from "../oracle/losses.ts";

/** One example by its outputs and targets: the targets are those of the first K outputs. */
function createExample(loss: SphericalLoss, D: number, K: number, seed: number): ExplicitExample {
  const random = createRandom(seed);
  const named = loss.name === "z" ? 1 : K;
  const fill = (value: (k: number) => number, rest: number) =>
    Float64Array.from({ length: D }, (_, i) => (i < named ? value(i) : rest));
  return {
    outputs: Float64Array.from({ length: D }, () => 1 + random.normal()),
    targets: fill(() => (loss.targets === "any" ? random.normal() : 0.5 + random.uniform()), 0),
    weights: fill(() => 0.5 + random.uniform(), Number.NaN),
  };
}

/** The value and ∂L/∂o [D] as the loss gives them from q, s and the targets' outputs. */
function fromSums(loss: SphericalLoss, { outputs, targets, weights }: ExplicitExample): [number, Float64Array] {
  const D = outputs.length;
  const count = weights.findIndex(Number.isNaN);
  const K = count < 0 ? D : count;
  const sum = outputs.reduce((total, o) => total + o, 0);
  const input: LossInput = {
    squaredDeviation: outputs.reduce((total, o) => total + (o - sum / D) ** 2, 0),
    sum,
    outputCount: D,
    noise: 0,
    example: 0,
    begin: 0,
    end: K,
    outputs: outputs.slice(0, K),
    values: targets.slice(0, K),
    positiveWeights: weights.slice(0, K),
    outputSlopes: new Float64Array(K),
  };
  const result = { value: 0, squaresSlope: 0, sumSlope: 0 };
  loss.evaluate(input, result);
  const { squaresSlope, sumSlope, value } = result;
  return [value, outputs.map((o, i) => 2 * squaresSlope * o + sumSlope + (input.outputSlopes[i] ?? 0))];
}

/** Step of the central differences. */
const difference = 1e-5;

const definitionRoundoffs = 2 ** -53 * 256;

export const lossCases: readonly Case[] = [
  squaredError(),
  weightedSquaredError({ zeroWeight: 0.2 }),
  sphericalSoftmax({ epsilon: 0.5 }),
  taylorSoftmax(),
  zLoss({ alpha: 0.3, beta: 2 }),
  cosineDistance(),
].map((loss) =>
  defineCase({
    id: `loss/${loss.name}`,
    title: `${loss.name} is its definition, from sums alone.`,
    plan: "Value and slopes from (q, s, outputs of the targets) equal the definition's over all outputs; and the definition's gradient equals its central differences of fourth order.",
    needs: [],
    sizes: [
      { D: 3, K: 1 },
      { D: 12, K: 3 },
      { D: 10, K: 10 },
    ],
    tolerance: { kind: "bound", value: () => 1e-8, statement: "of the differences; 256 round-offs of the definition" },
    async run(context, { D, K }) {
      const example = createExample(loss, D, K, 17);
      const definition = explicitLoss(loss);
      const gradient = new Float64Array(D);
      const { value } = definition(example, gradient);
      const [observed, slopes] = fromSums(loss, example);
      const scale = 1 + Math.abs(value) + D;
      context.expectClose("value", [observed], [value], definitionRoundoffs * scale);
      context.expectClose("slopes", slopes, gradient, definitionRoundoffs * scale);

      const moved = (i: number, steps: number) => {
        const outputs = example.outputs.with(i, example.outputs[i] + steps * difference);
        return definition({ ...example, outputs }, new Float64Array(D)).value;
      };
      const differences = Array.from({ length: D }, (_, i) => {
        return (8 * (moved(i, 1) - moved(i, -1)) - (moved(i, 2) - moved(i, -2))) / (12 * difference);
      });
      context.expectClose("differences", differences, gradient, context.bound * scale);
    },
  }),
);
