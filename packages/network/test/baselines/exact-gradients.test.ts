import { referenceModule } from "@widehead/conformance";
import { type FloatArray, hostMatrix, readAllFloats, type Snapshot, tensorOf } from "@widehead/core";
import { describe, expect, test } from "vitest";
import { keep } from "../toy.ts";
import { distance, exactSubjects, manyHidden, manyLabels, outputs, subjects, warm } from "./problem.ts";

const step = 1e-5;

async function floatTensors(snapshot: Snapshot): Promise<Map<string, FloatArray>> {
  const found = snapshot.tensors.filter(({ name, dtype }) => dtype === "F64" && !/counts|offset/.test(name));
  return new Map(await Promise.all(found.map(async (t) => [t.name, await readAllFloats(t, "float64")] as const)));
}

/** The snapshot with one number of a tensor moved. */
function moved(snapshot: Snapshot, name: string, values: FloatArray, at: number, by: number): Snapshot {
  const changed = values.slice();
  changed[at] += by;
  const tensors = snapshot.tensors.map((t) => (t.name === name ? tensorOf(name, t.shape, changed) : t));
  return { ...snapshot, tensors };
}

describe.each(exactSubjects)("$name", ({ create, restore }) => {
  test("the hidden gradient is that of the evaluated loss", async () => {
    await using backend = await referenceModule.create();
    await using layer = await create(backend);
    await warm(layer);
    const { loss, losses, hiddenGradient } = await layer.gradient(manyHidden, manyLabels);
    const evaluation = await layer.evaluate(manyHidden, manyLabels);
    expect(loss).toBeCloseTo(evaluation.loss, 12);
    expect(distance(losses, evaluation.losses)).toBeLessThan(1e-12);
    const differences = await Promise.all(
      Array.from(manyHidden.data, async (_, at) => {
        const [above, below] = await Promise.all(
          [step, -step].map(async (by) => {
            const data = manyHidden.data.slice();
            data[at] += by;
            return (await layer.evaluate(hostMatrix(manyHidden.rows, manyHidden.columns, data), manyLabels)).loss;
          }),
        );
        return (above - below) / (2 * step);
      }),
    );
    expect(distance(hiddenGradient!.data, differences)).toBeLessThan(1e-8);
  });

  test("a step moves every weight against its finite difference", async () => {
    await using backend = await referenceModule.create();
    await using layer = await create(backend);
    await warm(layer);
    const before = await layer.save(keep);
    const gradient = await layer.gradient(manyHidden, manyLabels);
    const norm = await gradient.gradientNorm();
    await gradient.apply({ learningRate: 1 });
    const after = await floatTensors(await layer.save(keep));
    let squares = 0;
    for (const [name, values] of await floatTensors(before)) {
      const differences: number[] = [];
      for (let at = 0; at < values.length; at += 1) {
        const losses: number[] = [];
        for (const by of [step, -step]) {
          await using other = await restore(moved(before, name, values, at, by), backend);
          losses.push((await other.evaluate(manyHidden, manyLabels)).loss);
        }
        differences.push((losses[0] - losses[1]) / (2 * step));
      }
      const own = Float64Array.from(values, (value, at) => value - after.get(name)![at]);
      expect(distance(own, differences), name).toBeLessThan(1e-7);
      squares += own.reduce((sum, each) => sum + each ** 2, 0);
    }
    expect(norm).toBeCloseTo(Math.sqrt(squares), 10);
  });
});

test.each(subjects)("$name: the probabilities of all outputs sum to 1", async ({ create }) => {
  await using backend = await referenceModule.create();
  await using layer = await create(backend);
  await warm(layer);
  const { probabilities } = await layer.topK(manyHidden, outputs);
  for (let j = 0; j < manyHidden.rows; j += 1) {
    const row = probabilities!.subarray(j * outputs, (j + 1) * outputs);
    expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
  }
});
