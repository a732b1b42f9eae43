import { createRandom, hostMatrix, type Random, sparseTargets, squaredError } from "@widehead/core";
import { type Case, type CaseContext, defineCase, type Sizes } from "../case.ts";
import { type Batch, denseGradient, descend, norm } from "../oracle/descent.ts";
import { allRows } from "./step-subject.ts";

/** The chain holds no more links than this, where so few rows would let it hold fewer. */
const mostLinks = 48;

/** What W, Q_c, w̄ and hidden gradients may lose, where a loss may lose 1. */
const weightsAllowance = 8;

/** Activations whose means wander, each at its own pace, and a constant; one target for each example, by Zipf's law. */
function driftingBatch(step: number, { m, d, D }: Sizes, random: Random): Batch {
  const hidden = hostMatrix(m, d);
  for (let at = 0; at < m * d; at += 1) {
    const feature = at % d;
    const mean = Math.sin(step / (500 + 300 * feature) + feature);
    hidden.data[at] = feature === d - 1 ? 1 : Math.tanh(mean + random.normal());
  }
  // D^x for uniform x has the density of Zipf's law with exponent 1
  const ids = Array.from({ length: m }, () => Math.floor(D ** random.uniform()) - 1);
  return { hidden, targets: sparseTargets.fromIds(D, ids) };
}

function relativeDistance(observed: ArrayLike<number>, expected: Float64Array): number {
  return norm(expected.map((value, at) => observed[at] - value)) / norm(expected);
}

/** Layer and oracle train side by side, so that no more than one batch is held. */
async function expectNoDrift(context: CaseContext, sizes: Sizes): Promise<void> {
  const { backend, bound, expectWithin } = context;
  const { d, D, steps } = sizes;
  const random = createRandom(5);
  const loss = squaredError();
  const update = { learningRate: 0.02 };
  let weights = hostMatrix(
    D,
    d,
    Float64Array.from({ length: D * d }, () => 0.1 * random.normal()),
  );
  await using layer = await context.createLayer({ backend, outputs: D, features: d, loss, initial: { weights } });
  for (let step = 0; step < steps; step += 1) {
    const batch = driftingBatch(step, sizes, random);
    const expected = denseGradient(weights, loss, batch);
    const observed = await layer.train(batch.hidden, batch.targets, update);
    // ‖y‖² = 1
    const error = Math.abs(observed.loss - expected.loss) / Math.max(1, expected.loss);
    expectWithin("loss", error, bound);
    const hiddenError = relativeDistance(observed.hiddenGradient!.data, expected.hiddenGradient);
    expectWithin("hidden gradient", hiddenError, weightsAllowance * bound);
    weights = descend(weights, expected, update);
  }
  const weightsError = relativeDistance(await allRows(layer), Float64Array.from(weights.data));
  expectWithin("weights", weightsError, weightsAllowance * bound);
  const { refactorings, chainLinks, repairs } = await layer.diagnostics();
  expectWithin("least refactorings / refactorings", Math.floor(steps / 500), refactorings);
  expectWithin("links", chainLinks, mostLinks);
  expectWithin("repairs", repairs, 0);
  const { gramDrift, sumDrift } = await layer.recompute();
  expectWithin("drift of Q_c", gramDrift, weightsAllowance * bound);
  expectWithin("drift of w̄", sumDrift, weightsAllowance * bound);
}

export const driftCases: readonly Case[] = [
  defineCase({
    id: "long/50000-steps",
    title: "After 50,000 steps on drifting activations, a layer has not drifted from dense gradient descent.",
    plan: "Squared error with Zipf's ids at a rate that refactors more than 100 times: each loss and hidden gradient, and W at the end, stay with the float64 oracle; the chain stays short; recompute finds hardly any drift, and nothing had to be repaired.",
    needs: [],
    sizes: [{ m: 4, d: 8, D: 50, steps: 50_000 }],
    tolerance: {
      kind: "bound",
      value: (_sizes, roundoff) => 160 * roundoff,
      statement: "relative to max(loss, ‖y‖²), about 1e-5 in float32; W, sums and hidden gradients 8 times that",
    },
    run: expectNoDrift,
  }),
];
