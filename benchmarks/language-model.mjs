import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { record, widehead } from "./support.mjs";

/**
 * The run of `npm start`, recorded: perplexity and accuracy on held-out text after a minute, and the time of a
 * factored against a dense step of its shape. Other options of `train language-model` may follow the name.
 *
 *     npm run benchmark -- language-model [options]
 */

const folder = mkdtempSync(join(tmpdir(), "widehead-benchmark-"));
try {
  const options = process.argv.slice(2);
  const { directory, learningCurve, next, ...result } = widehead(
    "train",
    "language-model",
    "--out",
    join(folder, "model"),
    ...options,
  );
  // The default run, or one named after its options: language-model-loss-squared.
  record(["language-model", ...options].join("-").replaceAll(/-+|[^\w.-]/g, "-"), { options, result });
  process.stdout.write(`${JSON.stringify(result.test ?? result, undefined, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
