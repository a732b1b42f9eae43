import { createRandom, FactoredLayer, hostMatrix, sparseTargets, squaredError } from "@widehead/core";
import { defaultParts, type FactoredParts } from "@widehead/core/internals";
import { expect, test } from "vitest";
import { referenceModule } from "../src/index.ts";

const [outputs, features, rows] = [40, 6, 5];
const options = { outputs, features, loss: squaredError(), initial: { deviation: 0.5 } };

function batches(count: number) {
  const random = createRandom(3);
  return Array.from({ length: count }, () => ({
    hidden: hostMatrix(
      rows,
      features,
      Float64Array.from({ length: rows * features }, () => random.normal()),
    ),
    targets: sparseTargets.fromIds(
      outputs,
      Array.from({ length: rows }, () => random.integer(outputs)),
    ),
  }));
}

/** An update that spoils Q_c by a factor, at one step. */
function spoiling(step: number, factor: number): Partial<FactoredParts> {
  let steps = 0;
  return {
    update(input, pass, gradient, rates) {
      const candidate = defaultParts.update(input, pass, gradient, rates);
      if (steps === step) input.backend.combine(input.spare.gram, [{ matrix: input.spare.gram, factor }]);
      steps += 1;
      return candidate;
    },
  };
}

test.each([
  ["the squares of all outputs fall below those of the targets", 1e-6],
  ["the squares of all outputs are negative", -1],
])("sums that have drifted are repaired when %s", async (_what, factor) => {
  await using backend = await referenceModule.create();
  await using sound = await FactoredLayer.create({ ...options, backend });
  await using spoilt = await FactoredLayer.create({ ...options, backend }, spoiling(3, factor));
  const losses: number[][] = [];
  for (const { hidden, targets } of batches(8)) {
    const pair = [sound, spoilt].map((layer) => layer.train(hidden, targets, { learningRate: 0.01 }));
    losses.push((await Promise.all(pair)).map(({ loss }) => loss));
  }
  for (const [expected, observed] of losses) expect(observed).toBeCloseTo(expected!, 12);
  expect((await spoilt.diagnostics()).repairs).toBe(1);
  expect((await sound.diagnostics()).repairs).toBe(0);
});

test("drift that a repair does not mend is ERR_NUMERIC_DRIFT, and evaluation only reports it", async () => {
  await using backend = await referenceModule.create();
  const parts: Partial<FactoredParts> = {
    forward: (input, ...rest) => defaultParts.forward({ ...input, squaredNorm: 0, outputs: 1e-3 }, ...rest),
  };
  await using layer = await FactoredLayer.create({ ...options, backend }, parts);
  const [{ hidden, targets }] = batches(1) as [ReturnType<typeof batches>[number]];
  await expect(layer.evaluate(hidden, targets)).rejects.toMatchObject({ code: "ERR_NUMERIC_DRIFT" });
  expect((await layer.diagnostics()).repairs).toBe(0);
  await expect(layer.train(hidden, targets, { learningRate: 0.01 })).rejects.toMatchObject({
    code: "ERR_NUMERIC_DRIFT",
  });
  expect((await layer.diagnostics()).steps).toBe(0);
});
