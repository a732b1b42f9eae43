import type { Snapshot, Tensor } from "@widehead/core";
import { expect, test, vi } from "vitest";
import { LanguageModel, trainingStateOf } from "../src/index.ts";
import { createToy, keep, restoreNaiveHead, toyBatch, toyText } from "./toy.ts";

/** The snapshot with one tensor changed. */
function withTensor(snapshot: Snapshot, name: string, change: (tensor: Tensor) => Tensor[]): Snapshot {
  expect(snapshot.tensors.map((tensor) => tensor.name)).toContain(name);
  return {
    ...snapshot,
    tensors: snapshot.tensors.flatMap((tensor) => (tensor.name === name ? change(tensor) : tensor)),
  };
}

function withBody(snapshot: Snapshot, changes: object): Snapshot {
  return { ...snapshot, facts: { ...snapshot.facts, body: { ...(snapshot.facts.body as object), ...changes } } };
}

const nan = new Uint8Array(new Float64Array([Number.NaN]).buffer);

const damages: Record<string, (snapshot: Snapshot) => Snapshot> = {
  "a tensor is missing": (s) => withTensor(s, "body.hidden.0.bias", () => []),
  "a tensor of the optimiser is missing": (s) => withTensor(s, "body.embedding.steps", () => []),
  "a tensor of the body is unknown": (s) => withTensor(s, "body.embedding", (t) => [t, { ...t, name: "body.extra" }]),
  "a tensor is nobody's": (s) => withTensor(s, "body.embedding", (t) => [t, { ...t, name: "extra" }]),
  "a tensor comes twice": (s) => withTensor(s, "body.embedding", (t) => [t, t]),
  "a shape is another": (s) => withTensor(s, "body.embedding", (t) => [{ ...t, shape: [4, 12] }]),
  "a shape has another rank": (s) => withTensor(s, "body.embedding", (t) => [{ ...t, shape: [48] }]),
  "a type is another": (s) => withTensor(s, "body.embedding", (t) => [{ ...t, dtype: "U32" }]),
  "a count has float type": (s) => withTensor(s, "body.embedding.steps", (t) => [{ ...t, dtype: "F32" }]),
  "bytes are missing": (s) => withTensor(s, "body.hidden.0.weights", (t) => [{ ...t, chunks: () => [nan.slice(1)] }]),
  "bytes are too many": (s) => withTensor(s, "body.hidden.0.bias", (t) => [{ ...t, chunks: () => Array(9).fill(nan) }]),
  "a number is not finite": (s) =>
    withTensor(s, "body.hidden.0.bias", (t) => [{ ...t, chunks: () => Array(7).fill(nan) }]),
  "the version is another": (s) => ({ ...s, facts: { ...s.facts, version: 1 } }),
  "the model is of another kind": (s) => ({ ...s, facts: { ...s.facts, model: "sparse-model" } }),
  "the steps are no count": (s) => ({ ...s, facts: { ...s.facts, steps: -1 } }),
  "the body's facts are missing": ({ tensors, facts: { body: _, ...facts } }) => ({ tensors, facts }),
  "the head's facts are no object": (s) => ({ ...s, facts: { ...s.facts, head: [1] } }),
  "an option is invalid": (s) => withBody(s, { hidden: [-1] }),
  "a size is beyond memory": (s) => withBody(s, { vocabularySize: Number.MAX_SAFE_INTEGER }),
  "an option has another type": (s) => withBody(s, { bodyOptimizer: "adam" }),
  "the optimiser is null": (s) => withBody(s, { bodyOptimizer: null }),
  "the head is of another shape": (s) => withTensor(s, "head.weights", (t) => [{ ...t, shape: [6, 16] }]),
};

test.each(Object.entries(damages))("restore refuses a snapshot when %s", async (_, damage) => {
  await using toy = await createToy();
  const { backend } = toy;
  const snapshot = damage(await toy.model.save(keep));
  const before = backend.stats();
  await expect(
    LanguageModel.restore(snapshot, { backend, restoreHead: restoreNaiveHead(backend) }),
  ).rejects.toMatchObject({ code: "ERR_FORMAT" });
  expect(backend.stats()).toEqual(before);
});

test.each([
  undefined,
  [],
  { step: 1, examples: 2, seconds: 3, smoothedLoss: "4", curve: [] },
  { step: 1, examples: 2, seconds: 3, smoothedLoss: 4, curve: {} },
  { step: 1, examples: 2, seconds: 3, smoothedLoss: 4, curve: [{ step: 1 }] },
  { step: 1, examples: 2, seconds: 3, smoothedLoss: 4, curve: [], best: { step: 1, figure: 2 } },
])("a training state of %o is refused", (training) => {
  const facts = training === undefined ? {} : { training };
  expect(() => trainingStateOf({ facts, tensors: [] } as Snapshot)).toThrow(
    expect.objectContaining({ code: "ERR_FORMAT" }),
  );
});

test("a body that training has spoilt is not saved", async () => {
  await using toy = await createToy();
  const train = toy.head.train.bind(toy.head);
  vi.spyOn(toy.head, "train").mockImplementation(async (...call) => {
    const result = await train(...call);
    result.hiddenGradient!.data[0] = Number.NaN;
    return result;
  });
  await toy.model.train(toyBatch(toyText(20, 1)), { learningRate: 0.1 });
  await expect(toy.model.save(keep)).rejects.toMatchObject({ code: "ERR_NOT_FINITE" });
});
