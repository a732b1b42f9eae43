import { record, widehead } from "./support.mjs";

/**
 * One training step on one thread and on two, by backend, in processes that take turns.
 *
 *     npm run benchmark -- threads [backend …]
 */

const backends = process.argv.length > 2 ? process.argv.slice(2) : ["blas", "wasm"];
const shape = ["--outputs", "793471", "--features", "300", "--batch", "128", "--targets", "1", "--steps", "500"];
const rounds = 3;

const results = backends.map((backend) => {
  const runs = Array.from({ length: rounds }, () =>
    [1, 2].map((threads) => widehead("bench", "step", "--backend", backend, "--threads", String(threads), ...shape)),
  ).flat();
  const best = (threads) =>
    Math.min(...runs.filter((run) => run.threads === threads).map(({ factored }) => factored.medianMs));
  const speedup = best(1) / best(2);
  process.stdout.write(
    `${backend}: ${best(1).toFixed(3)} ms, two threads ${best(2).toFixed(3)} ms, ${speedup.toFixed(2)} times\n`,
  );
  return { backend, kernel: runs[0].kernel, oneThreadMs: best(1), twoThreadsMs: best(2), speedup, runs };
});
record("threads", { results });
