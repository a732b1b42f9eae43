import type { StepTimes } from "../benchmark.ts";
import { columns, duration, number, percent, shellWord } from "../format.ts";
import type { HeldOut } from "../measure.ts";
import type { Showcase } from "./showcase.ts";
import type { Baselines } from "./text.ts";

/** What a finished run says; plain data. */
export interface TrainingReport extends Showcase {
  readonly directory: string;
  readonly learningCurve: string;
  readonly backend: string;
  readonly kernel: string;
  readonly output: string;
  readonly optimizer: string;
  readonly loss: string;
  readonly vocabulary: number;
  /** `features` is d, the constant included. */
  readonly shape: {
    readonly context: number;
    readonly embedding: number;
    readonly hidden: readonly number[];
    readonly features: number;
  };
  readonly steps: number;
  readonly examples: number;
  readonly seconds: number;
  readonly test: HeldOut;
  readonly baselines: Baselines;
  /** Undefined for losses that the factored layer cannot do, and where memory allows no second layer. */
  readonly stepTimes: StepTimes | undefined;
  /** Command lines that use the model. */
  readonly next: readonly string[];
}

/** The report for people. */
export function formatTrainingReport(report: TrainingReport): string {
  const { loss, steps, examples, seconds, vocabulary, predictions, neighbors, directory, learningCurve } = report;
  return [
    `Trained ${number(steps)} steps, ${number(examples)} examples in ${duration(seconds)}: ${number(vocabulary)} words, ${report.output} output layer, ${report.optimizer}, ${loss} loss, ${report.kernel}`,
    "",
    ...formatHeldOut(report.test, report.baselines),
    "",
    "Most likely next words",
    ...columns(predictions.map(({ prompt, words }) => [`${prompt} …`, words.map(({ word }) => word).join(" · ")])),
    "",
    "Nearest neighbours",
    ...columns(neighbors.map(({ word, nearest }) => [word, nearest.map((other) => other.word).join(" · ")])),
    "",
    ...formatStepTimes(report.stepTimes),
    `Model           ${shellWord(directory)}`,
    `Learning curve  ${shellWord(learningCurve)}`,
    "",
    "Next",
    ...report.next.map((line) => `  ${line}`),
  ].join("\n");
}

/** Perplexity beside the baselines, and accuracy. */
export function formatHeldOut(heldOut: HeldOut, baselines: Baselines | undefined): string[] {
  const { perplexity, loss, accuracyPositions } = heldOut;
  const sample =
    heldOut.positions < heldOut.availablePositions ? `sampled from ${number(heldOut.availablePositions)}` : "all";
  const compared: [string, string][] =
    perplexity === undefined || baselines === undefined
      ? []
      : [
          ["unigram", number(baselines.unigram)],
          ["Kneser-Ney bigram", number(baselines.kneserNeyBigram)],
        ];
  return [
    `Held-out text, ${number(heldOut.positions)} positions (${sample})`,
    ...columns([
      perplexity === undefined ? ["loss", loss.toPrecision(5)] : ["perplexity", number(perplexity)],
      ...compared,
      ["top-1 accuracy", `${percent(heldOut.top1)} of ${number(accuracyPositions)} positions`],
      ["top-10 accuracy", percent(heldOut.top10)],
    ]),
  ];
}

function formatStepTimes(times: StepTimes | undefined): string[] {
  if (times?.dense === undefined) return [];
  const { factored, dense, speedup } = times;
  return [
    `One step        factored ${number(factored.medianMs)} ms, dense ${number(dense.medianMs)} ms: ${number(speedup!)} times faster, the same numbers`,
  ];
}
