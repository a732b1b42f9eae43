import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Recomputed } from "@widehead/core";
import { claimCheckpointFolder } from "@widehead/data";
import { type Checkpoint, type EarlyStopping, type TrainingSummary, train } from "@widehead/network";
import { bestFolder, saveRun } from "../checkpoint.ts";
import { finalRateFraction } from "../defaults.ts";
import { number } from "../format.ts";
import type { Io } from "../io.ts";
import type { Progress } from "../progress.ts";
import { Saver } from "./saver.ts";
import type { Session } from "./session.ts";
import type { RunSettings } from "./settings.ts";
import type { Plan, RunModel, TrainingData, Watched } from "./task.ts";

/** Trains until a limit or an interruption, and leaves a checkpoint of where it stopped. */
export async function runSession<S extends RunSettings, D extends TrainingData, M extends RunModel<B>, B>(
  session: Session<S, D, M>,
  { batches, validation, earlyStopping }: Plan<B>,
  io: Io,
  progress: Progress,
): Promise<TrainingSummary> {
  const { model, settings, folder, record, data } = session;
  await using _claim = await claimCheckpointFolder(folder);
  const files = data.files();
  const saveIn = (place: string, checkpoint: Checkpoint) =>
    checkpoint.save((snapshot) => saveRun(place, { record, files, snapshot }));
  const saver = new Saver((checkpoint) => saveIn(folder, checkpoint), io.now);
  const controller = new AbortController();
  using _interrupt = io.onInterrupt(() => controller.abort());
  const summary = await train(model, batches, {
    ...trainerOptions(settings),
    ...(session.before === undefined ? {} : { resume: session.before }),
    ...(validation && { validation }),
    ...(earlyStopping && { earlyStopping: keepingBest(earlyStopping, folder, saveIn, progress) }),
    signal: controller.signal,
    onProgress: (state) => progress.training(state),
    onEpoch: ({ epoch, drift }) => progress.note(epochNote(epoch, drift)),
    checkpointEvery: 1,
    onCheckpoint: (checkpoint) => saver.offer(checkpoint),
    now: io.now,
  });
  progress.end();
  // Only a run that did not fail: the model of one that did may be spoilt.
  await saver.finish();
  return summary;
}

function keepingBest(
  { figure, ...stopping }: Watched,
  folder: string,
  saveIn: (place: string, checkpoint: Checkpoint) => Promise<void>,
  progress: Progress,
): EarlyStopping {
  const measure = async (): Promise<number> => {
    const value = await stopping.measure();
    progress.note(`${figure} ${number(value)} on validation data`);
    return value;
  };
  const onBest = async (checkpoint: Checkpoint): Promise<void> => {
    // Only the folder of a checkpoint may hold another: without this a run that ends here could not go on.
    if (!existsSync(join(folder, "manifest.json"))) await saveIn(folder, checkpoint);
    await saveIn(bestFolder(folder), checkpoint);
  };
  return { ...stopping, measure, onBest };
}

function epochNote(epoch: number, { gramDrift, sumDrift }: Recomputed): string {
  const drift = `${gramDrift.toExponential(1)} of the Gram matrix, ${sumDrift.toExponential(1)} of the sum`;
  return `Epoch ${epoch} done; sums over all outputs computed anew, which had drifted by ${drift}`;
}

function trainerOptions(settings: RunSettings) {
  const { learningRate, warmUpSteps, decay, steps, epochs, minutes, weightDecay, clipNorm } = settings;
  return {
    headLearningRate: learningRate,
    schedule: { warmupSteps: warmUpSteps, decay, finalFraction: finalRateFraction },
    ...(steps === undefined ? {} : { steps }),
    ...(epochs === undefined ? {} : { epochs }),
    ...(minutes === undefined ? {} : { minutes }),
    ...(weightDecay === undefined ? {} : { weightDecay }),
    ...(clipNorm === undefined ? {} : { clipNorm }),
  };
}
