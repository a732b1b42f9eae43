import { referenceModule } from "@widehead/conformance";
import { FactoredLayer, hostMatrix, sphericalSoftmax } from "@widehead/core";
import { expect, test } from "vitest";
import { LanguageModel, train } from "../src/index.ts";
import { NaiveHead } from "./naive-head.ts";
import { bytesOf, keep, toyOptions, toySource, toyText, words } from "./toy.ts";

const features = 8;
const source = toySource(toyText(200, 1), 16);
const options = { steps: 40, headLearningRate: 0.5, recordEvery: 1 };

/** A toy model whose factored head starts from the weights of a naive one. */
async function createFactored(): Promise<LanguageModel> {
  const backend = await referenceModule.create();
  const { weights } = new NaiveHead({ backend, outputs: words, features });
  const initial = { weights: hostMatrix(words, features, weights) };
  const loss = sphericalSoftmax({ epsilon: 1 });
  const head = await FactoredLayer.create({ backend, outputs: words, features, loss, initial });
  return LanguageModel.create({ ...toyOptions, backend, head });
}

test("a model with the factored head learns what one with the naive head learns", async () => {
  await using factored = await createFactored();
  const backend = await referenceModule.create();
  const head = new NaiveHead({ backend, outputs: words, features });
  await using naive = LanguageModel.create({ ...toyOptions, backend, head });
  const [a, b] = [await train(factored, source, options), await train(naive, source, options)];
  a.curve.forEach(({ trainLoss }, i) => {
    expect(trainLoss).toBeCloseTo(b.curve[i].trainLoss, 9);
  });
  expect(a.curve.at(-1)!.trainLoss).toBeLessThan(a.curve[0].trainLoss - 0.1);
});

test("a model with the factored head is restored to the same bits", async () => {
  await using model = await createFactored();
  const { state } = await train(model, source, { ...options, steps: 25 });
  const snapshot = await model.save(keep);
  const backend = await referenceModule.create();
  const restoreHead = (head: typeof snapshot) => FactoredLayer.restore(head, { backend });
  await using restored = await LanguageModel.restore(snapshot, { backend, restoreHead });
  const ends = await Promise.all([model, restored].map((each) => train(each, source, { ...options, resume: state })));
  expect(ends[0].curve).toEqual(ends[1].curve);
  expect(await restored.save(bytesOf)).toEqual(await model.save(bytesOf));
});
