import { referenceModule } from "@widehead/conformance";
import { type Backend, createRandom } from "@widehead/core";
import { expect, test } from "vitest";
import { languageBody, sparseBody } from "../src/bodies.ts";
import type { Body, BodySetting } from "../src/body.ts";
import { hostKernels } from "../src/kernels/index.ts";
import type { BodyOptions, SparseBodyOptions } from "../src/options.ts";
import type { Gradient } from "../src/parameter.ts";
import { NaiveHead } from "./naive-head.ts";
import { sparseInput, sparseToyOptions } from "./sparse-toy.ts";
import { toyBatch, toyOptions, toyText } from "./toy.ts";

const setting = (backend: Backend): BodySetting => ({ backend, kernels: hostKernels, initial: "random" });

/** A step whose dropout leaves some things out and not others, the same in each forward pass. */
const step = 4;

/** Compares every gradient of a body under a naive head with the slope of the loss. */
async function expectSlopes<I>(backend: Backend, body: Body<I>, input: I, rows: number): Promise<void> {
  const outputs = 12;
  // Biases and gains start at 0 and 1, where a wrong formula may still be right.
  const random = createRandom(2);
  const parameters = body.state.filter(({ name }) => !/mean|square|steps/.test(name));
  for (const { name, values } of parameters) {
    if (/bias|gain/.test(name)) for (let i = 0; i < values.length; i += 1) values[i] += 0.3 * random.normal();
  }
  const head = new NaiveHead({ backend, outputs, features: body.features });
  const each = Uint32Array.from({ length: rows + 1 }, (_, i) => i);
  const targets = { rows, outputs, offsets: each, ids: each.slice(0, rows) };
  const evaluate = async () => head.evaluate(await body.forward(input, step), targets);
  const { hiddenGradient } = await evaluate();
  const gradients = (await body.backward(hiddenGradient!)).map(dense);
  expect(gradients.map(({ parameter }) => parameter.name).sort()).toEqual(parameters.map(({ name }) => name).sort());
  for (const { parameter, values } of gradients) {
    for (let i = 0; i < values.length; i += 1) {
      const kept = parameter.values[i];
      const lossAt = async (shift: number) => {
        parameter.values[i] = kept + shift;
        return (await evaluate()).loss;
      };
      const slope = await slopeOf(lossAt);
      parameter.values[i] = kept;
      expect(Math.abs(values[i] - slope), `${parameter.name}[${i}]`).toBeLessThan(1e-9);
    }
  }
}

/** The slope at 0 by the five-point formula, whose error goes with the fourth power of the distance. */
async function slopeOf(f: (shift: number) => Promise<number>): Promise<number> {
  const h = 1e-4;
  return (8 * ((await f(h)) - (await f(-h))) - ((await f(2 * h)) - (await f(-2 * h)))) / (12 * h);
}

/** The gradient of all rows, zeros for those that a sparse one leaves out. */
function dense({ parameter, rows, values }: Gradient): Gradient {
  if (rows === undefined) return { parameter, values: values.slice() };
  const { columns } = parameter;
  const all = new Float64Array(parameter.values.length);
  rows.forEach((row, i) => {
    all.set(values.subarray(i * columns, (i + 1) * columns), row * columns);
  });
  return { parameter, values: all };
}

test.each<Partial<BodyOptions>>([
  { hidden: [5] },
  { hidden: [6, 3] },
  { hidden: [4, 5, 6], activation: "relu" },
  { hidden: [4, 3], activation: "gelu" },
  { hidden: [4, 3], activation: "linear" },
  { hidden: [5, 4], layerNorm: true },
  { hidden: [6, 5], dropout: 0.3 },
  { hidden: [6, 5], layerNorm: true, dropout: 0.3, activation: "gelu" },
  { context: 1, embedding: 1, hidden: [1] },
  { context: 5, embedding: 3, hidden: [4], activation: "relu" },
])("a language model's gradients are the slopes of its loss: %o", async (changes) => {
  const options = { ...toyOptions, ...changes };
  const backend = await referenceModule.create();
  using body = languageBody(options, setting(backend));
  const { contexts, targets } = toyBatch(toyText(9, 3), options.context);
  await expectSlopes(backend, body, contexts, targets.length);
});

test.each<Partial<SparseBodyOptions>>([
  {},
  { hidden: [] },
  { combine: "sum" },
  { combine: "mean", inputActivation: "relu" },
  { hidden: [], inputBias: true, inputActivation: "tanh" },
  { hidden: [4, 3], inputBias: true, inputActivation: "gelu", layerNorm: true },
  { hidden: [5], inputDropout: 0.4, dropout: 0.2 },
])("a sparse model's gradients are the slopes of its loss: %o", async (changes) => {
  const backend = await referenceModule.create();
  using body = sparseBody({ ...sparseToyOptions, ...changes }, setting(backend));
  const input = sparseInput(14, [[3, 1], [], [7, 3, 0, 13], [5]]);
  await expectSlopes(backend, body, input, 4);
  const values = Float64Array.of(0.5, -2, 1, 0, 3, 0.1, -1);
  await expectSlopes(backend, body, { ...input, values }, 4);
});

test("a word that occurs several times gathers the gradients of all its places", async () => {
  const backend = await referenceModule.create();
  using body = languageBody({ ...toyOptions, context: 2, embedding: 2 }, setting(backend));
  body.input.forward(Uint32Array.of(7, 7, 3, 7));
  const inputs = { rows: 2, columns: 4, data: Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
  const [{ rows, values }] = body.input.backward(inputs);
  expect([...rows!]).toEqual([7, 3]);
  expect([...values]).toEqual([1 + 3 + 7, 2 + 4 + 8, 5, 6]);
});

test("inputs that dropout leaves out, and explicit zeros, are not touched", async () => {
  const backend = await referenceModule.create();
  using body = sparseBody({ ...sparseToyOptions, inputDropout: 0.5 }, setting(backend));
  const ids = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const values = Float64Array.from(ids, (id) => (id === 9 ? 0 : 1));
  const touched: number[][] = [];
  for (const at of [1, 1, 2]) {
    const hidden = await body.forward({ ...sparseInput(14, [ids]), values }, at);
    const gradients = await body.backward(hidden);
    touched.push([...gradients.find(({ parameter }) => parameter.name === "embedding")!.rows!]);
  }
  expect(touched[0]).toEqual(touched[1]);
  expect(touched[0]).not.toEqual(touched[2]);
  for (const rows of touched) {
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.length).toBeLessThan(9);
    expect(rows).not.toContain(9);
  }
});

test("the last feature is the constant 1", async () => {
  const backend = await referenceModule.create();
  using body = languageBody(toyOptions, setting(backend));
  const { rows, columns, data } = await body.forward(toyBatch(toyText(9, 3)).contexts);
  expect(columns).toBe(body.features);
  for (let i = 0; i < rows; i += 1) expect(data[(i + 1) * columns - 1]).toBe(1);
});

test("disposing a body leaves nothing on the backend, whatever batch sizes came", async () => {
  const backend = await referenceModule.create();
  const body = languageBody({ ...toyOptions, hidden: [3, 4] }, setting(backend));
  const { contexts } = toyBatch(toyText(9, 3));
  await body.forward(contexts);
  await body.forward(contexts.subarray(0, 2));
  await body.forward(new Uint32Array(0));
  expect(backend.stats().buffers).toBeGreaterThan(0);
  body[Symbol.dispose]();
  expect(backend.stats().buffers).toBe(0);
});
