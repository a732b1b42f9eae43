import type { Recomputed } from "@widehead/core";
import { ContextBatches, claimCheckpointFolder } from "@widehead/data";
import { type BatchSource, type Checkpoint, type TrainerOptions, type TrainingSummary, train } from "@widehead/network";
import { saveRun } from "../checkpoint.ts";
import { finalRateFraction, positions, validationEvery } from "../defaults.ts";
import type { Io } from "../io.ts";
import type { Progress } from "../progress.ts";
import { Saver } from "./saver.ts";
import type { Session } from "./session.ts";
import type { Settings } from "./settings.ts";

/** Trains until a limit or an interruption, and leaves a checkpoint of where it stopped. */
export async function runSession(session: Session, io: Io, progress: Progress): Promise<TrainingSummary> {
  const { model, settings, folder, record, text } = session;
  await using _claim = await claimCheckpointFolder(folder);
  const save = (checkpoint: Checkpoint) =>
    checkpoint.save((snapshot) => saveRun(folder, { record, vocabulary: text.vocabulary, snapshot }));
  const saver = new Saver(save, io.now);
  const controller = new AbortController();
  using _interrupt = io.onInterrupt(() => controller.abort());
  const summary = await train(model, batchesOf(session), {
    ...trainerOptions(settings),
    ...(session.before === undefined ? {} : { resume: session.before }),
    validation: { every: validationEvery, batches: () => validationBatches(session) },
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

function epochNote(epoch: number, { gramDrift, sumDrift }: Recomputed): string {
  const drift = `${gramDrift.toExponential(1)} of the Gram matrix, ${sumDrift.toExponential(1)} of the sum`;
  return `Epoch ${epoch} done; sums over all outputs computed anew, which had drifted by ${drift}`;
}

function trainerOptions(settings: Settings): TrainerOptions {
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

function batchesOf({ text, settings }: Session): BatchSource {
  const { batch, seed } = settings;
  return new ContextBatches(text.train.dataset, { batchSize: batch, seed });
}

function validationBatches({ text, settings }: Session) {
  const { dataset } = text.validation;
  return dataset.chunks(dataset.sample(positions.validation, settings.seed), settings.batch);
}
