import { expect, test } from "vitest";
import { NaiveHead } from "./naive-head.ts";
import { autoencoding, createSparseToy, toyUsers } from "./sparse-toy.ts";
import { bytesOf, createToy, keep, toyBatch, toyText } from "./toy.ts";

const bodyOptimizer = { name: "sgd", learningRate: 0.1 } as const;
const users = autoencoding(toyUsers(20, 1));

/** All the numbers that a step moves, in one order. */
async function numbersOf(toy: Awaited<ReturnType<typeof createToy>>): Promise<Float64Array> {
  const bytes = await toy.model.save(bytesOf);
  return Float64Array.from(Object.values(bytes).flatMap((tensor) => [...new Float64Array(tensor.buffer)]));
}

/** How far one step of plain gradient descent with rate 0.1 everywhere moves all numbers together. */
async function moved(clipNorm: number | undefined, weightDecay = 0): Promise<Float64Array> {
  await using toy = await createToy({ bodyOptimizer });
  const before = await numbersOf(toy);
  const options = { learningRate: 0.1, weightDecay, ...(clipNorm !== undefined && { clipNorm }) };
  await toy.model.train(toyBatch(toyText(30, 1)), options);
  return (await numbersOf(toy)).map((value, i) => value - before[i]);
}

const length = (values: Float64Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

test("head and body are clipped to one norm, together and exactly", async () => {
  const free = await moved(undefined);
  const norm = length(free) / 0.1;
  const clipped = await moved(norm / 3);
  expect(length(clipped)).toBeCloseTo((0.1 * norm) / 3, 12);
  clipped.forEach((value, i) => {
    expect(value).toBeCloseTo(free[i] / 3, 12);
  });
});

test("a norm below the limit is left alone", async () => {
  const free = await moved(undefined);
  const loose = await moved(1.01 * (length(free) / 0.1));
  loose.forEach((value, i) => {
    expect(value).toBeCloseTo(free[i], 14);
  });
});

test("clipping leaves the head's weight decay as it is", async () => {
  const clipped = await moved(1e-9, 0.5);
  await using toy = await createToy({ bodyOptimizer });
  const { weights } = toy.head;
  const ofHead = clipped.slice(-weights.length);
  ofHead.forEach((value, i) => {
    expect(value).toBeCloseTo(-0.1 * 0.5 * weights[i], 9);
  });
});

test("a factored head's norm counts as a dense one's does", async () => {
  await using toy = await createSparseToy({ bodyOptimizer });
  const snapshot = await toy.model.save(keep);
  const hidden = await toy.model.hidden(users.input);
  const step = await toy.model.head.gradient(hidden, users.targets);
  const headNorm = await step.gradientNorm();
  step.discard();
  const free = await bodyMove(toy, undefined, 0);
  const bodyNorm = Math.sqrt(free) / 0.1;
  await using other = await createSparseToy({ bodyOptimizer });
  expect((await other.model.save(keep)).facts).toEqual(snapshot.facts);
  const norm = Math.hypot(headNorm, bodyNorm);
  expect(Math.sqrt(await bodyMove(other, norm / 2, 0.1)) / 0.1).toBeCloseTo(bodyNorm / 2, 9);
});

/** ‖Δ‖² of the body's numbers in one step. */
async function bodyMove(
  { model }: Awaited<ReturnType<typeof createSparseToy>>,
  clipNorm: number | undefined,
  learningRate: number,
): Promise<number> {
  const numbers = async () =>
    Object.entries(await model.save(bytesOf))
      .filter(([name]) => name.startsWith("body."))
      .flatMap(([, bytes]) => [...new Float64Array(bytes.buffer)]);
  const before = await numbers();
  await model.train(users, { learningRate, ...(clipNorm !== undefined && { clipNorm }) });
  return (await numbers()).reduce((sum, value, i) => sum + (value - before[i]) ** 2, 0);
}

test("a frozen body does not count", async () => {
  await using toy = await createSparseToy({ bodyOptimizer });
  await using same = await createSparseToy({ bodyOptimizer });
  const hidden = await toy.model.hidden(users.input);
  const step = await toy.model.head.gradient(hidden, users.targets);
  const clipNorm = 1.0001 * (await step.gradientNorm());
  step.discard();
  await toy.model.train(users, { learningRate: 0.1, bodyLearningRate: 0, clipNorm });
  await same.model.train(users, { learningRate: 0.1, bodyLearningRate: 0 });
  expect((await toy.model.evaluate(users)).loss).toBeCloseTo((await same.model.evaluate(users)).loss, 12);
});

test("a gradient that overflows cannot be clipped: an error, nothing changed", async () => {
  await using toy = await createToy({ bodyOptimizer });
  const before = await toy.model.save(bytesOf);
  toy.head.gradient = async (...call) => {
    const step = await NaiveHead.prototype.gradient.apply(toy.head, call);
    return { ...step, gradientNorm: async () => Infinity };
  };
  const batch = toyBatch(toyText(30, 1));
  await expect(toy.model.train(batch, { learningRate: 0.1, clipNorm: 1 })).rejects.toMatchObject({
    code: "ERR_NUMERIC_DRIFT",
  });
  expect(await toy.model.save(bytesOf)).toEqual(before);
});

test.each([0, -1, Number.NaN])("clipNorm of %d is refused", async (clipNorm) => {
  await using toy = await createToy();
  const batch = toyBatch(toyText(30, 1));
  await expect(toy.model.train(batch, { learningRate: 0.1, clipNorm })).rejects.toMatchObject({ code: "ERR_OPTION" });
});
