import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { formatLoss } from "@widehead/core";
import type { TrainingSummary } from "@widehead/network";
import { bestFolder, loadRun } from "../checkpoint.ts";
import { duration, number, shellWord } from "../format.ts";
import type { Outcome } from "../grammar/command.ts";
import type { Io } from "../io.ts";
import type { Progress } from "../progress.ts";
import { restoreOptions, type Session } from "./session.ts";
import type { RunSettings } from "./settings.ts";
import { formatChosen } from "./suited.ts";
import type { RunModel, TrainingData, TrainingTask } from "./task.ts";

/** Draws the learning curve of a run that is done, and reports on its best model. */
export async function finishSession<S extends RunSettings, D extends TrainingData, M extends RunModel<B>, B>(
  task: TrainingTask<S, D, M, B>,
  session: Session<S, D, M>,
  summary: TrainingSummary,
  io: Io,
  progress: Progress,
): Promise<Outcome> {
  const { folder, backend, settings, chosen } = session;
  const { state, curve, best } = summary;
  const directory = shownPath(folder, io);
  const figure = join(folder, "learning-curve.svg");
  // What draws takes as long to load as everything else.
  const { learningCurve } = await import("./learning-curve-figure.ts");
  await writeFile(figure, learningCurve(curve, task.curve(session)));
  progress.note(`Saved in ${directory}; measuring`);
  await using kept = await keptModel(task, session, summary, io);
  const { subject, data, lines, next } = await task.report(
    { ...session, model: kept.model ?? session.model },
    io,
    progress,
  );
  const { output, optimizer } = settings;
  const [loss, learned] = [formatLoss(settings.loss), shownPath(figure, io)];
  const commands = next.map((line) => `${io.program} ${line}`);
  return {
    data: {
      task: task.name,
      directory,
      learningCurve: learned,
      backend: backend.name,
      kernel: backend.kernel,
      output,
      optimizer,
      loss,
      ...(chosen && { chosen }),
      steps: state.step,
      examples: state.examples,
      seconds: state.seconds,
      ...(best && { bestStep: best.step, stoppedEarly: summary.reason === "stopped" }),
      ...data,
      next: commands,
    },
    text: [
      `Trained ${number(state.step)} steps, ${number(state.examples)} examples in ${duration(state.seconds)}: ${subject}, ${output} output layer, ${optimizer}, ${loss} loss, ${backend.kernel}`,
      ...(chosen ? [formatChosen(chosen)] : []),
      ...(best && best.step < state.step ? [`The best model, of step ${number(best.step)}, is kept`] : []),
      "",
      ...lines,
      `Model           ${shellWord(directory)}`,
      `Learning curve  ${shellWord(learned)}`,
      "",
      "Next",
      ...commands.map((line) => `  ${line}`),
    ].join("\n"),
  };
}

/** A folder as the user would write it. */
export function shownPath(path: string, { directory }: Pick<Io, "directory">): string {
  const near = relative(directory, path);
  return near.startsWith("..") ? path : near;
}

/** The arguments that go on with a run. */
export function resumeCommand(task: string, { folder }: { readonly folder: string }, io: Io): string {
  return `train ${task} --out ${shellWord(shownPath(folder, io))} --resume`;
}

/** The best model, where it is not the last one. */
async function keptModel<S extends RunSettings, D extends TrainingData, M extends RunModel<B>, B>(
  task: TrainingTask<S, D, M, B>,
  { folder, backend }: Session<S, D, M>,
  { state, best }: TrainingSummary,
  io: Io,
): Promise<AsyncDisposable & { readonly model?: M }> {
  const place = bestFolder(folder);
  if (best === undefined || best.step === state.step || !existsSync(place)) {
    return { async [Symbol.asyncDispose]() {} };
  }
  const model = await task.restore(await loadRun(place), restoreOptions(backend, io));
  return { model, [Symbol.asyncDispose]: () => model[Symbol.asyncDispose]() };
}
