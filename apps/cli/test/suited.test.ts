import { weightedSquaredError } from "@widehead/core";
import { sparseFromRows } from "@widehead/data";
import { describe, expect, test } from "vitest";
import { suited as suitedToRows } from "../src/tasks/autoencoder/defaults.ts";
import { suited as suitedToPairs } from "../src/tasks/recommender/defaults.ts";
import { leastSquaresSteps } from "../src/tasks/sparse/least-squares.ts";
import { suited as suitedToTags } from "../src/tasks/tagger/defaults.ts";
import { unlessTold } from "../src/training/suited.ts";

/** Rows with one entry each. */
function rows(count: number, columns: number) {
  return sparseFromRows(
    Array.from({ length: count }, (_, row) => ({ ids: [row % columns] })),
    { columns },
  );
}

describe("values that suit the data", () => {
  const suited = {
    loss: weightedSquaredError(),
    damping: 0.1,
    learningRate: 0.2,
    weightDecay: 0.3,
    epochs: 9,
    features: 7,
  };

  test("give way to what is told, to another limit, and where they were chosen for another loss or optimizer", () => {
    expect(unlessTold(suited, {})).toEqual(suited);
    expect(unlessTold(suited, { minutes: 1, features: 3 })).not.toHaveProperty("epochs");
    expect(Object.keys(unlessTold(suited, { optimizer: "sgd" }))).toEqual(["loss", "epochs", "features"]);
    expect(Object.keys(unlessTold(suited, { output: "dense", steps: 1 }))).toEqual(["features"]);
    expect(Object.keys(unlessTold(suited, { learningRate: 1 }))).toEqual(["loss", "damping", "epochs", "features"]);
  });

  test("are a recommender's by density, on both sides of a hundredth", () => {
    const dense = suitedToPairs(rows(1000, 100), {});
    expect(dense.because).toBe("density 1.0 %, dense as from 1.0 %");
    expect(dense.values).toMatchObject({ features: 100, damping: 100, epochs: 30 });
    const sparse = suitedToPairs(rows(1000, 101), {});
    expect(sparse.because).toContain("sparse");
    expect(sparse.values).toMatchObject({ features: 101, damping: 1e-3, epochs: 30 });
    expect(suitedToPairs(rows(10_000, 600), {}).values).toMatchObject({ features: 511, epochs: 20 });
    expect(suitedToPairs(rows(10, 5), {}).values.epochs).toBe(240);
  });

  test("are a tagger's by rows and features; of random rows they are others", () => {
    const examples = (count: number, columns: number) => ({ input: rows(count, columns), targets: rows(count, 50) });
    expect(suitedToTags(examples(20_756, 2000), {}).values).toEqual({
      features: 1023,
      damping: 0.03,
      learningRate: 0.035,
      epochs: 3,
    });
    expect(suitedToTags(examples(400, 2000), {}).values.features).toBe(200);
    expect(suitedToTags(examples(2500, 2000), {}).values.features).toBe(600);
    expect(suitedToTags(examples(400, 20), {}).values.features).toBe(20);
    expect(suitedToTags(examples(400, 20), { inputRows: "random" }).values).toMatchObject({ optimizer: "sgd" });
  });

  test("are an autoencoder's as its steps go", () => {
    const { values } = suitedToRows({ input: rows(1280, 500) }, { features: 64, batch: 128 });
    expect(values).toMatchObject(leastSquaresSteps({ rows: 1280, features: 64, batch: 128, zeroWeight: 1 }));
  });
});

test("least squares take a third of a batch's own error a step at most, and long enough", () => {
  for (const [count, features] of [
    [100, 20],
    [5000, 300],
    [50_000, 1023],
  ] as const) {
    const { learningRate, epochs } = leastSquaresSteps({ rows: count, features, batch: 128, zeroWeight: 0.6 });
    expect((2 * 0.6 * learningRate * features) / 128).toBeLessThan(0.34);
    expect(learningRate).toBeLessThanOrEqual(0.05);
    expect(0.6 * learningRate * epochs * Math.ceil(count / 128)).toBeGreaterThanOrEqual(9);
  }
});
