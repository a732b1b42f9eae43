import { referenceModule } from "@widehead/conformance";
import { expect, test } from "vitest";
import { Body } from "../src/body.ts";
import type { BodyOptions } from "../src/options.ts";
import { NaiveHead } from "./naive-head.ts";
import { toyBatch, toyOptions, toyText } from "./toy.ts";

const shapes: Partial<BodyOptions>[] = [
  { hidden: [5] },
  { hidden: [6, 3] },
  { hidden: [4, 5, 6], activation: "relu" },
  { context: 1, embedding: 1, hidden: [1] },
  { context: 5, embedding: 3, hidden: [4], activation: "relu" },
];

/** Mean loss of a body with a naive head, and the batch's targets in compressed rows. */
async function setUp(changes: Partial<BodyOptions>) {
  const options = { ...toyOptions, ...changes };
  const backend = await referenceModule.create();
  const body = new Body(backend, options, "random");
  const head = new NaiveHead({ backend, outputs: options.vocabularySize, features: body.features });
  const { contexts, targets: ids } = toyBatch(toyText(9, 3), options.context);
  const offsets = Uint32Array.from({ length: ids.length + 1 }, (_, i) => i);
  const targets = { rows: ids.length, outputs: options.vocabularySize, offsets, ids };
  const evaluate = async () => head.evaluate(await body.forward(contexts), targets);
  return { backend, body, contexts, evaluate };
}

test.each(shapes)("body gradients are the slopes of the loss: %o", async (changes) => {
  const { body, contexts, evaluate } = await setUp(changes);
  const { hiddenGradient } = await evaluate();
  const gradients = await body.backward(contexts, hiddenGradient!);
  const step = 1e-5;
  for (const { parameter, rows, values } of gradients) {
    const dense = new Float64Array(parameter.values.length);
    const touched = rows ?? Uint32Array.from({ length: parameter.rows }, (_, i) => i);
    touched.forEach((row, i) => {
      dense.set(values.subarray(i * parameter.columns, (i + 1) * parameter.columns), row * parameter.columns);
    });
    for (let i = 0; i < dense.length; i += 1) {
      const kept = parameter.values[i];
      parameter.values[i] = kept + step;
      const above = (await evaluate()).loss;
      parameter.values[i] = kept - step;
      const below = (await evaluate()).loss;
      parameter.values[i] = kept;
      const slope = (above - below) / (2 * step);
      expect(Math.abs(dense[i] - slope), `${parameter.name}[${i}]`).toBeLessThan(1e-8);
    }
  }
  expect(gradients).toHaveLength(1 + 2 * body.options.hidden.length);
});

test("a word that occurs several times gathers the gradients of all its places", async () => {
  const { body } = await setUp({ context: 2, embedding: 2 });
  const contexts = Uint32Array.of(7, 7, 3, 7);
  const inputs = { rows: 2, columns: 4, data: Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
  const { rows, values } = body.embedding.backward(contexts, inputs);
  expect([...rows!]).toEqual([7, 3]);
  expect([...values]).toEqual([1 + 3 + 7, 2 + 4 + 8, 5, 6]);
});

test("the last feature is the constant 1", async () => {
  const { body, contexts } = await setUp({});
  const { rows, columns, data } = await body.forward(contexts);
  expect(columns).toBe(body.features);
  for (let i = 0; i < rows; i += 1) expect(data[(i + 1) * columns - 1]).toBe(1);
});

test("disposing a body leaves nothing on the backend, whatever batch sizes came", async () => {
  const { backend, body, contexts } = await setUp({ hidden: [3, 4] });
  await body.forward(contexts);
  await body.forward(contexts.subarray(0, 2));
  await body.forward(new Uint32Array(0));
  expect(backend.stats().buffers).toBeGreaterThan(0);
  body[Symbol.dispose]();
  expect(backend.stats().buffers).toBe(0);
});
