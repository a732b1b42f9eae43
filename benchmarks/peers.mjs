import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { installPeers } from "./peers/install.mjs";
import { peersTable } from "./peers/table.mjs";
import { record, resultFile, widehead } from "./support.mjs";

/**
 * One training step of a dense output layer, squared error, in the engines that a Node user would take, in turn with ours:
 * every engine in a process of its own, on one thread and on two. Peers are checked against float64 loops in every process,
 * and tuned in their first. They are installed by the first run, 600 MB, into a folder that git ignores.
 *
 *     npm run benchmark -- peers [--outputs N] [--features N] [--batch N] [--steps N] [--rounds N] [--backends blas,wasm]
 *
 * `--steps` counts the timed dense steps of a process. At 793,471 outputs, W takes 1 GB in each process.
 */

const { values } = parseArgs({
  options: {
    outputs: { type: "string", default: "100000" },
    features: { type: "string", default: "300" },
    batch: { type: "string", default: "128" },
    steps: { type: "string", default: "6" },
    rounds: { type: "string", default: "3" },
    backends: { type: "string", default: "blas,wasm" },
  },
});
const [outputs, features, batch, steps, roundCount] = ["outputs", "features", "batch", "steps", "rounds"].map(positive);
const shape = { outputs, features, batch, targets: 1, loss: "squared" };
const learningRate = 1e-3;
/** Our command runs a dense step after so many factored ones. */
const factoredPerDense = 10;
const peers = [
  { name: "onnxruntime", threads: [1, 2], steps, warmUp: 2 },
  // TensorFlow.js has no threads in Node, and its gradients take seconds.
  { name: "tensorflow", threads: [1], steps, warmUp: 2 },
  { name: "tensorflow-autograd", threads: [1], steps: 2, warmUp: 1 },
];

installPeers();
const backends = availableBackends(values.backends.split(","));
const forms = new Map();
const failures = [];
const rounds = [];
for (let round = 1; round <= roundCount; round += 1) {
  const runs = [1, 2].flatMap((threads) => {
    const theirs = peers.filter((peer) => peer.threads.includes(threads)).map((peer) => () => runPeer(peer, threads));
    const ours = backends
      .filter(({ supports }) => threads === 1 || supports.threads)
      .map((backend) => () => runOurs(backend.name, threads));
    return alternate(theirs, ours);
  });
  rounds.push(runs.flatMap((run) => run()));
}
record("peers", { shape, learningRate, rounds, failures });
process.stdout.write(`${peersTable(JSON.parse(readFileSync(resultFile("peers.json"), "utf8")))}\n`);

function positive(name) {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new RangeError(`--${name} must be a positive integer, got ${values[name]}`);
}

/** Our backends that can run here; says why of the others. */
function availableBackends(names) {
  const { backends: known } = widehead("doctor");
  return names.flatMap((name) => {
    const backend = known.find((candidate) => candidate.name === name) ?? { reason: "widehead has no such backend" };
    if (backend.available) return [backend];
    process.stderr.write(`${name} left out: ${backend.reason}\n`);
    return [];
  });
}

function alternate(left, right) {
  const length = Math.max(left.length, right.length);
  return Array.from({ length }, (_, i) => [left[i], right[i]])
    .flat()
    .filter((item) => item !== undefined);
}

/** A peer in a process of its own; nothing when it fails, now or before. */
function runPeer(peer, threads) {
  const { name } = peer;
  return attempt(name, threads, () => {
    const form = forms.get(`${name} ${threads}`);
    const task = { ...peer, threads, shape: { outputs, features: features + 1, batch }, learningRate, form };
    const script = fileURLToPath(new URL("peers/process.mjs", import.meta.url));
    const { stdout, status, signal } = spawnSync(process.execPath, [script, JSON.stringify(task)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (status !== 0) throw new Error(`its process ended with ${signal ?? status}`);
    const { failed, ...result } = JSON.parse(stdout);
    if (failed !== undefined) throw new Error(failed);
    forms.set(`${name} ${threads}`, result.form);
    return result;
  });
}

/** Dense and factored steps of a backend of ours, interleaved in a process. */
function runOurs(backend, threads) {
  return attempt(`widehead ${backend}`, threads, () => {
    const options = Object.entries(shape).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const plan = ["--dense", "--steps", String(steps * factoredPerDense), "--learning-rate", String(learningRate)];
    const { kernel, loadAverage, dense, factored } = widehead(
      ...["bench", "step", "--backend", backend, "--threads", String(threads)],
      ...options,
      ...plan,
    );
    return { kernel, loadAverage, dense, factored };
  });
}

function attempt(name, threads, run) {
  if (failures.some((failure) => failure.name === name && failure.threads === threads)) return [];
  try {
    const result = { name, threads, ...run() };
    const { kernel, form, dense, loadAverage } = result;
    process.stdout.write(
      `${name}, ${threads} thread${threads > 1 ? "s" : ""}: ${dense.medianMs.toFixed(0)} ms, least ${dense.minMs.toFixed(0)}, p99 ${dense.p99Ms.toFixed(0)} (${kernel}${form === undefined ? "" : `, ${JSON.stringify(form)}`}, load ${loadAverage.toFixed(1)})\n`,
    );
    return [result];
  } catch (error) {
    failures.push({ name, threads, reason: error.message });
    process.stderr.write(`${name} with ${threads} thread${threads > 1 ? "s" : ""} left out: ${error.message}\n`);
    return [];
  }
}
