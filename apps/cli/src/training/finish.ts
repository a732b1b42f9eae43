import { writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { formatLoss, isWideheadError } from "@widehead/core";
import type { TrainingSummary } from "@widehead/network";
import { type StepTimes, timeSteps } from "../benchmark.ts";
import { comparison, headDefaults } from "../defaults.ts";
import { number, shellWord } from "../format.ts";
import type { Io } from "../io.ts";
import { learningCurve } from "../learning-curve.ts";
import { measureHeldOut } from "../measure.ts";
import type { Progress } from "../progress.ts";
import type { TrainingReport } from "./report.ts";
import type { Session } from "./session.ts";
import { showcaseOf } from "./showcase.ts";
import { measureBaselines } from "./text.ts";

/** Measures and shows a trained model, and draws its learning curve. */
export async function finishSession(
  session: Session,
  { state, curve }: TrainingSummary,
  io: Io,
  progress: Progress,
): Promise<TrainingReport> {
  const { model, settings, text, folder, backend } = session;
  const { vocabulary, test } = text;
  const figure = join(folder, "learning-curve.svg");
  await writeFile(figure, learningCurve(curve, { perplexity: model.hasPerplexity }));
  progress.note(
    `Saved in ${shownPath(folder, io)}; measuring on held-out text, ${number(test.dataset.size)} positions`,
  );
  const heldOut = await measureHeldOut(model, test.dataset, { seed: settings.seed, now: io.now });
  const baselines = measureBaselines(text);
  const shown = await showcaseOf({ model, vocabulary }, test, settings.seed);
  const { features, hidden, embedding, loss, output, optimizer } = settings;
  return {
    directory: shownPath(folder, io),
    learningCurve: shownPath(figure, io),
    backend: backend.name,
    kernel: backend.kernel,
    output,
    optimizer,
    loss: formatLoss(loss),
    vocabulary: vocabulary.size,
    shape: { context: settings.context, embedding, hidden: [...hidden, features], features: features + 1 },
    steps: state.step,
    examples: state.examples,
    seconds: state.seconds,
    test: heldOut,
    baselines,
    ...shown,
    stepTimes: await compareSteps(session, io, progress),
    next: nextCommands(folder, shown.predictions[0]!.prompt, io),
  };
}

/** A folder as the user would write it. */
export function shownPath(path: string, { directory }: Io): string {
  const near = relative(directory, path);
  return near.startsWith("..") ? path : near;
}

/** Steps of both layers at the shape that was trained; undefined where the loss or the memory allows only one of them. */
async function compareSteps(
  { backend, model, settings }: Session,
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

function nextCommands(folder: string, prompt: string, io: Io): string[] {
  const place = shellWord(shownPath(folder, io));
  return [
    `${io.program} predict ${place} ${shellWord(prompt)}`,
    `${io.program} train language-model --out ${place} --resume --minutes 10`,
  ];
}
