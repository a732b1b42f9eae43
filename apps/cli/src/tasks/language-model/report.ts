import { isWideheadError } from "@widehead/core";
import type { LanguageModel } from "@widehead/network";
import { type StepTimes, timeSteps } from "../../benchmark.ts";
import { headDefaults } from "../../defaults.ts";
import { columns, number, percent, shellWord } from "../../format.ts";
import type { Io } from "../../io.ts";
import type { Progress } from "../../progress.ts";
import { resumeCommand, shownPath } from "../../training/finish.ts";
import type { Session } from "../../training/session.ts";
import type { Report } from "../../training/task.ts";
import type { Baselines, LanguageModelData } from "./data.ts";
import { comparison } from "./defaults.ts";
import { type HeldOut, measureHeldOut } from "./measure.ts";
import type { LanguageModelSettings } from "./settings.ts";
import { showcaseOf } from "./showcase.ts";

export type LanguageModelSession = Session<LanguageModelSettings, LanguageModelData, LanguageModel>;

/** Figures on the held-out text beside those of models that count, what the model says, and what its steps take. */
export async function reportOn(session: LanguageModelSession, io: Io, progress: Progress): Promise<Report> {
  const { model, settings, data, folder } = session;
  const { vocabulary, test } = data;
  const { features, hidden, embedding, context, seed } = settings;
  const heldOut = await measureHeldOut(model, test.dataset, { seed, now: io.now });
  const baselines = data.baselines();
  const shown = await showcaseOf({ model, vocabulary }, test, seed);
  const stepTimes = await compareSteps(session, io, progress);
  const { predictions, neighbors } = shown;
  const place = shellWord(shownPath(folder, io));
  return {
    subject: `${number(vocabulary.size)} words`,
    data: {
      vocabulary: vocabulary.size,
      shape: { context, embedding, hidden: [...hidden, features], features: features + 1 },
      test: heldOut,
      baselines,
      ...shown,
      stepTimes,
    },
    lines: [
      ...formatHeldOut(heldOut, baselines),
      "",
      "Most likely next words",
      ...columns(predictions.map(({ prompt, words }) => [`${prompt} …`, words.map(({ word }) => word).join(" · ")])),
      "",
      "Nearest neighbours",
      ...columns(neighbors.map(({ word, nearest }) => [word, nearest.map((other) => other.word).join(" · ")])),
      "",
      ...formatStepTimes(stepTimes),
    ],
    next: [
      `predict ${place} ${shellWord(predictions[0]!.prompt)}`,
      `${resumeCommand("language-model", session, io)} --minutes 10`,
    ],
  };
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

/** Steps of both layers at the shape that was trained; undefined where the loss or the memory allows only one of them. */
async function compareSteps(
  { backend, model, settings }: LanguageModelSession,
  io: Io,
  progress: Progress,
): Promise<StepTimes | undefined> {
  const { loss, batch } = settings;
  if (loss.family !== "spherical") return undefined;
  progress.note("Timing a factored against a dense step");
  const { outputs, features } = model.head;
  const learningRate = headDefaults(loss).benchLearningRate;
  const memoryLimit = io.memoryLimit();
  try {
    return await timeSteps(
      { backend, outputs, features, batch, targets: 1, loss, learningRate, memoryLimit },
      comparison,
      io,
    );
  } catch (error) {
    if (isWideheadError(error, "ERR_MEMORY")) return undefined;
    throw error;
  }
}

function formatStepTimes(times: StepTimes | undefined): string[] {
  if (times?.dense === undefined) return [];
  const { factored, dense, speedup } = times;
  return [
    `One step        factored ${number(factored.medianMs)} ms, dense ${number(dense.medianMs)} ms: ${number(speedup!)} times faster, the same numbers`,
  ];
}
