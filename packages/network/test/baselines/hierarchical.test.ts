import { referenceModule } from "@widehead/conformance";
import { sparseTargets } from "@widehead/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { HuffmanTree } from "../../src/baselines/hierarchical/huffman.ts";
import { HierarchicalSoftmaxLayer } from "../../src/index.ts";
import { allIds, counts, features, manyHidden, manyLabels, outputs, randomHidden } from "./problem.ts";

const depths = (tree: HuffmanTree): number[] => Array.from({ length: tree.outputs }, (_, id) => tree.depth(id));

/** Σ count · depth by the definition: join the two smallest until one is left; each join costs its sum. */
function optimalCost(counts: readonly number[]): number {
  const waiting = [...counts];
  let cost = 0;
  while (waiting.length > 1) {
    waiting.sort((a, b) => a - b);
    const joined = waiting.shift()! + waiting.shift()!;
    waiting.push(joined);
    cost += joined;
  }
  return cost;
}

test("a textbook code is the optimal one", () => {
  expect(depths(HuffmanTree.fromCounts(Float64Array.of(45, 13, 12, 16, 9, 5)))).toEqual([1, 3, 3, 3, 4, 4]);
});

test("codes are optimal, complete and prefix-free for any counts", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), { minLength: 1, maxLength: 40 }), (counts) => {
      const tree = HuffmanTree.fromCounts(Float64Array.from(counts));
      const lengths = depths(tree);
      expect(lengths.reduce((sum, depth, id) => sum + depth * counts[id], 0)).toBe(optimalCost(counts));
      expect(lengths.reduce((sum, depth) => sum + 2 ** -depth, 0)).toBe(1);
      const codes = counts.map((_, id) => {
        const path: string[] = [];
        tree.eachAnswer(id, (question, yes) => path.unshift(`${question}${yes === 1 ? "y" : "n"}`));
        return path.join(" ");
      });
      expect(new Set(codes).size).toBe(counts.length);
      expect(codes.every((code) => code.startsWith(counts.length === 1 ? "" : `${counts.length - 2}`))).toBe(true);
    }),
  );
});

test("log-probabilities from the root down are those of the paths up", () => {
  const tree = HuffmanTree.fromCounts(Float64Array.from(counts));
  const logits = Float64Array.from({ length: outputs - 1 }, (_, i) => Math.sin(7 * i) * 30);
  const all = new Float64Array(outputs);
  tree.logProbabilities(logits, new Float64Array(2 * outputs - 2), all);
  for (const id of allIds) {
    let product = 1;
    tree.eachAnswer(id, (question, yes) => {
      product *= 1 / (1 + Math.exp(yes === 1 ? -logits[question] : logits[question]));
    });
    expect(Math.exp(all[id])).toBeCloseTo(product, 12);
  }
});

test("an untrained layer gives an output the probability 2^−depth, and weights take memory once touched", async () => {
  await using backend = await referenceModule.create();
  await using layer = await HierarchicalSoftmaxLayer.create({ backend, outputs, features, counts });
  const tree = HuffmanTree.fromCounts(Float64Array.from(counts));
  const { losses } = await layer.evaluate(randomHidden(outputs, 1), sparseTargets.fromIds(outputs, allIds));
  losses.forEach((loss, id) => {
    expect(loss).toBeCloseTo(tree.depth(id) * Math.LN2, 12);
  });
  expect((await layer.diagnostics()).bytes).toBe(0);
  await layer.train(randomHidden(1, 1), sparseTargets.fromIds(outputs, [1]), { learningRate: 1 });
  expect((await layer.diagnostics()).bytes).toBeGreaterThan(0);
});

test("a single output is certain", async () => {
  await using backend = await referenceModule.create();
  await using layer = await HierarchicalSoftmaxLayer.create({ backend, outputs: 1, features, counts: [3] });
  const { loss } = await layer.train(randomHidden(2, 1), sparseTargets.fromIds(1, [0, 0]), { learningRate: 1 });
  expect(loss).toBe(0);
  const { ids, probabilities } = await layer.topK(randomHidden(2, 1), 3);
  expect([[...ids], [...probabilities!]]).toEqual([
    [0, 0],
    [1, 1],
  ]);
});

test("what the tree cannot do is refused, and wrong options", async () => {
  await using backend = await referenceModule.create();
  const shape = { backend, outputs, features, counts };
  await using layer = await HierarchicalSoftmaxLayer.create(shape);
  for (const operation of ["rows", "grow"] as const) {
    const call = operation === "rows" ? layer.rows(allIds) : layer.grow(1);
    await expect(call).rejects.toMatchObject({
      code: "ERR_UNSUPPORTED",
      details: { operation, loss: "hierarchical-softmax" },
    });
  }
  await expect(layer.scores(manyHidden, Uint32Array.of(outputs))).rejects.toMatchObject({ code: "ERR_INDEX_RANGE" });
  const create = HierarchicalSoftmaxLayer.create;
  await expect(create({ ...shape, outputs: 0, counts: [] })).rejects.toMatchObject({ code: "ERR_OPTION" });
  await expect(create({ ...shape, counts: [1] })).rejects.toMatchObject({ code: "ERR_SHAPE" });
  await expect(create({ ...shape, memoryLimit: 8 })).rejects.toMatchObject({ code: "ERR_MEMORY" });
  const heavy = {
    ...manyLabels,
    values: manyLabels.values!.map(() => 1e308),
    exampleWeights: new Float64Array(5).fill(1e9),
  };
  const step = layer.train(manyHidden, heavy, { learningRate: 1 });
  await expect(step).rejects.toMatchObject({ code: "ERR_NUMERIC_DRIFT" });
});
