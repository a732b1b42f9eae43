import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { record, widehead } from "./support.mjs";

/**
 * The squared-error language model after equal steps, by plain gradient descent and by second-order steps, each at every
 * pair of rates of a grid: the comparison is between the best of each. A quarter of an hour.
 *
 *     npm run benchmark -- second-order
 */

const shape = ["--loss", "squared", "--steps", "4000", "--batch", "128"];
const grids = {
  sgd: [0.1, 0.4, 0.8, 1.6],
  "second-order": [0.02, 0.05, 0.1],
};
const bodyRates = [4e-3, 8e-3, 16e-3];

const results = Object.entries(grids).flatMap(([optimizer, rates]) =>
  rates.flatMap((learningRate) => bodyRates.map((bodyLearningRate) => run(optimizer, learningRate, bodyLearningRate))),
);
record("second-order", { shape, results });

function run(optimizer, learningRate, bodyLearningRate) {
  const folder = mkdtempSync(join(tmpdir(), "widehead-benchmark-"));
  const rates = ["--learning-rate", String(learningRate), "--body-learning-rate", String(bodyLearningRate)];
  try {
    const out = ["--out", join(folder, "model")];
    const { test, kernel, steps, examples, seconds } = widehead(
      ...["train", "language-model", ...shape, "--optimizer", optimizer, ...rates, ...out],
    );
    process.stdout.write(
      `${optimizer} ${learningRate} ${bodyLearningRate}: top-1 ${test.top1}, top-10 ${test.top10}\n`,
    );
    return { optimizer, learningRate, bodyLearningRate, kernel, steps, examples, seconds, test };
  } catch (error) {
    process.stdout.write(`${optimizer} ${learningRate} ${bodyLearningRate}: ${error.message.split("\n")[0]}\n`);
    return { optimizer, learningRate, bodyLearningRate, failed: true };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
