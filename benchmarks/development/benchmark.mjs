import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createBackend } from "../backends.mjs";
import { record, resultFile } from "../support.mjs";
import { fit, rank } from "./fit.mjs";

/**
 * What the benchmarks on development sets do. Without `--try`, each set's model is trained with its own setting and measured
 * on the test part, beside the baselines. With it, one setting is measured on the validation part, and kept among the trials
 * that the settings were chosen from.
 *
 * @param sets  { name: { read(directory, part), setting } }
 * @param metrics  [{ name, k, of(figures) }]
 * @param baselines  makes the rankers of a problem
 */
export async function developmentBenchmark({ name, sets, metrics, baselines }) {
  const { values } = parseArgs({
    options: { data: { type: "string" }, set: { type: "string" }, try: { type: "string" } },
  });
  const { data, set } = values;
  if (data === undefined || !existsSync(data)) {
    throw new Error(`--data: the folder with the development sets, which the project does not ship, got ${data}`);
  }
  if (values.try !== undefined && sets[set] === undefined) {
    throw new Error(`--set: one of ${Object.keys(sets).join(", ")}, got ${set}`);
  }
  const backend = await createBackend("blas", { dtype: "float32", threads: 1 });
  const context = { backend, data, metrics };
  try {
    if (values.try !== undefined)
      await attempt(name, { ...context, set, read: sets[set].read }, JSON.parse(values.try));
    else await measureSets(name, context, { sets, baselines });
  } finally {
    await backend[Symbol.asyncDispose]();
  }
}

async function measureSets(name, { backend, data, metrics }, { sets, baselines }) {
  const results = [];
  for (const [set, { read, setting }] of Object.entries(sets)) {
    const problem = await read(data, "test");
    const { seconds, figures } = await trained(problem, setting, { backend, metrics });
    const methods = [{ method: "this model", seconds, figures }];
    for (const { ranker, queries = problem.queries } of baselines(problem)) {
      const start = performance.now();
      const scores = await measured(ranker, { ...problem, queries }, metrics);
      methods.push({ method: ranker.name, secondsToRank: (performance.now() - start) / 1000, figures: scores });
    }
    const { rows, columns } = problem.targets;
    results.push({ set, setting, rows, inputs: problem.input.columns, outputs: columns, methods });
    process.stdout.write(`${JSON.stringify(results.at(-1), undefined, 2)}\n`);
  }
  record(name, { kernel: backend.kernel, metrics: metrics.map(({ name: metric }) => metric), results });
}

async function attempt(name, { backend, data, metrics, set, read }, setting) {
  const trial = { set, setting, ...(await trained(await read(data, "validation"), setting, { backend, metrics })) };
  process.stdout.write(`${JSON.stringify(trial)}\n`);
  const trials = `${name}-trials`;
  const before = existsSync(resultFile(`${trials}.json`))
    ? JSON.parse(readFileSync(resultFile(`${trials}.json`), "utf8"))
    : {};
  record(trials, { metrics: metrics.map(({ name: metric }) => metric), trials: [...(before.trials ?? []), trial] });
}

async function trained(problem, setting, { backend, metrics }) {
  const { model, seconds } = await fit(problem, setting, backend);
  try {
    return { seconds, figures: await measured(model, problem, metrics) };
  } finally {
    await model[Symbol.asyncDispose]();
  }
}

async function measured(ranker, problem, metrics) {
  const figures = await rank(ranker, problem, [...new Set(metrics.map(({ k }) => k))]);
  return metrics.map(({ k, of }) => of(figures.find((figure) => figure.k === k)));
}
