import { loadavg } from "node:os";
import { formatLoss, squaredError } from "@widehead/core";
import { createBackend } from "../backends.ts";
import { type StepTimes, timeSteps } from "../benchmark.ts";
import { headDefaults } from "../defaults.ts";
import { columns, number } from "../format.ts";
import type { Command, Outcome } from "../grammar/command.ts";
import { wrongUse } from "../grammar/parse.ts";
import { preconditionerOf, requireSpherical } from "../head.ts";

/** Factored steps before the timed ones, and between two dense ones. */
const plan = { warmUp: 10, denseEvery: 10 };

type Defaulted = "backend" | "optimizer" | "outputs" | "features" | "batch" | "targets" | "loss" | "steps" | "dense";

export const benchStep: Command<Defaulted, never, "learningRate" | "dtype" | "threads"> = {
  name: "bench step",
  summary: "Time one training step of the output layer alone",
  positionals: [],
  defaults: {
    backend: "auto",
    outputs: 10_000,
    features: 128,
    batch: 32,
    targets: 1,
    loss: squaredError(),
    optimizer: "sgd",
    steps: 100,
    dense: false,
  },
  required: [],
  optional: ["learningRate", "dtype", "threads"],
  example: "--outputs 100000 --features 300 --batch 128 --loss spherical --dense",
  notes: [
    "--steps counts timed factored steps, after 10 untimed ones; with --dense there is a dense step after every 10.",
    "All D rows hold numbers; activations are tanh-like with a constant, targets Zipf-distributed, both fresh each step and",
    "made outside the timed part. upkeepMs is the time beyond the median ordinary step, summed over the steps that refactored.",
    "The default learning rate is one at which that is rare.",
  ],

  async run({ values }, io): Promise<Outcome> {
    const { outputs, features, batch, targets, steps } = values;
    if (targets > outputs) throw wrongUse("--targets", `at most the ${outputs} outputs`, String(targets));
    const loss = requireSpherical(values.loss);
    const learningRate = values.learningRate ?? headDefaults(loss).benchLearningRate;
    const memoryLimit = io.memoryLimit();
    const shape = { outputs, features: features + 1, batch, targets, loss, learningRate, memoryLimit };
    await using backend = await createBackend(values);
    const loadBefore = loadavg()[0];
    const times = await timeSteps(
      { backend, ...shape, ...preconditionerOf(values.optimizer) },
      { steps, warmUp: plan.warmUp, denseEvery: values.dense ? plan.denseEvery : undefined },
      io,
    );
    const { name, kernel, threads, numerics } = backend;
    const { optimizer } = values;
    const run = { backend: name, kernel, threads, dtype: numerics.dtype };
    const subject = { ...run, outputs, features, batch, targets, loss: formatLoss(loss), optimizer };
    return {
      data: { ...subject, learningRate, ...times, loadAverage: loadBefore, node: process.version },
      text: [
        `${kernel}, ${numerics.dtype}, ${threads} thread${threads > 1 ? "s" : ""}: D ${number(outputs)}, d ${features} + 1, m ${batch}, K ${targets}, ${subject.loss}, ${optimizer}`,
        ...columns(rows(times)),
      ].join("\n"),
    };
  },
};

function rows({ factored, dense, speedup }: StepTimes): [string, string][] {
  const { refactorings, upkeepMs } = factored;
  const lines: [string, string][] = [
    ["factored", formatTiming(factored)],
    ["refactorings", `${refactorings}, ${number(upkeepMs)} ms of upkeep`],
  ];
  if (dense !== undefined) lines.push(["dense", formatTiming(dense)], ["speed-up", number(speedup!)]);
  return lines;
}

function formatTiming({
  medianMs,
  minMs,
  p99Ms,
  steps,
}: StepTimes["factored"] | NonNullable<StepTimes["dense"]>): string {
  return `median ${number(medianMs)} ms, least ${number(minMs)} ms, p99 ${number(p99Ms)} ms of ${steps} steps`;
}
