import { median } from "../batches.mjs";

/**
 * The recorded peers as Markdown: a dense step of each engine, and how many times longer it takes than the dense and the
 * factored step of our fastest backend on as many threads, in the same round.
 */
export function peersTable({ machine, node, shape, rounds, failures }) {
  const runs = rounds.flat();
  const subjects = new Map(runs.map(({ name, threads, kernel }) => [`${name} ${threads}`, { name, threads, kernel }]));
  const rows = [...subjects.values()].map(({ name, threads, kernel }) => {
    const own = runs.filter((run) => run.name === name && run.threads === threads);
    const dense = own.map((run) => run.dense);
    const step = median(dense.map(({ medianMs }) => medianMs));
    const least = Math.min(...dense.map(({ minMs }) => minMs));
    const p99 = Math.max(...dense.map(({ p99Ms }) => p99Ms));
    const ratios = ["dense", "factored"].map((layer) => ratioToOurs(rounds, { name, threads, layer }));
    return { threads, step, cells: [name, kernel, threads, ...[step, least, p99, ...ratios].map(significant)] };
  });
  rows.sort((a, b) => a.threads - b.threads || a.step - b.step);
  const head = ["dense layer", "engine", "threads", "step, ms", "least", "p99", "to our dense", "to our factored"];
  const { outputs, features, batch, targets } = shape;
  return [
    `${machine.processor}, ${machine.cores} cores, Node ${node.slice(1)}; D = ${outputs.toLocaleString("en")}, d = ${features} + 1, m = ${batch}, K = ${targets}, squared error, float32. Every engine in processes of its own, in turn; medians of ${rounds.length} rounds.`,
    "",
    ...[head, head.map(() => "---"), ...rows.map(({ cells }) => cells)].map((cells) => `| ${cells.join(" | ")} |`),
    ...failures.map(
      ({ name, threads, reason }) => `\nDid not run: ${name}, ${threads} thread${threads > 1 ? "s" : ""} (${reason}).`,
    ),
  ].join("\n");
}

/** Median over the rounds of an engine's dense step over the step of our fastest backend; undefined without one. */
function ratioToOurs(rounds, { name, threads, layer }) {
  const ratios = rounds.flatMap((round) => {
    const runs = round.filter((run) => run.threads === threads);
    const own = runs.find((run) => run.name === name);
    const ours = runs.filter((run) => run.factored !== undefined).map((run) => run[layer].medianMs);
    return own === undefined || ours.length === 0 ? [] : [own.dense.medianMs / Math.min(...ours)];
  });
  return ratios.length === 0 ? undefined : median(ratios);
}

/** Three digits, and whole numbers from 100 on. */
function significant(value) {
  if (value === undefined) return "";
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
}
