import type { Snapshot } from "@widehead/core";
import { expect, test } from "vitest";
import {
  accuracy,
  type EpochEnd,
  evaluateSplit,
  LanguageModel,
  ngramPerplexity,
  type TrainerOptions,
  type TrainingProgress,
  train,
  trainingStateOf,
  unigram,
} from "../src/index.ts";
import { rateFactor } from "../src/schedule.ts";
import { squaredError } from "./naive-head.ts";
import { bytesOf, createToy, epochOf, keep, restoreNaiveHead, toyBatch, toySource, toyText, words } from "./toy.ts";

const text = toyText(600, 1);
const source = toySource(text, 16);
const heldOut = toyText(300, 2);
const heldOutBatches = epochOf(toySource(heldOut, 64));

/** A clock that moves on by one second whenever it is read. */
function tickingClock(): () => number {
  let milliseconds = 0;
  return () => {
    milliseconds += 1000;
    return milliseconds;
  };
}

test("a toy grammar is learnt far below unigram perplexity", async () => {
  await using toy = await createToy({ hidden: [24] });
  const { reason, curve } = await train(toy.model, source, { epochs: 20, headLearningRate: 0.5 });
  expect(reason).toBe("done");
  expect(curve.at(-1)).toMatchObject({ step: 20 * source.stepsPerEpoch, examples: 20 * 600 });
  const { perplexity, examples } = await evaluateSplit(toy.model, heldOutBatches);
  const frequencies = ngramPerplexity(unigram({ ids: text, start: 0 }, words), { ids: heldOut, start: 0 });
  expect(examples).toBe(300);
  expect(perplexity).toBeLessThan(frequencies / 2);
  const [top1, top10] = await accuracy(toy.model, toyBatch(heldOut), { batchSize: 77 });
  expect(top1).toBeGreaterThan(0.7);
  expect(top10).toBeGreaterThan(top1);
  expect(top10).toBeLessThanOrEqual(1);
});

test("the head's sums are computed anew at the end of each epoch, and the drift is reported", async () => {
  await using toy = await createToy();
  const epochs: number[] = [];
  const onEpoch = ({ epoch, drift }: EpochEnd) => {
    epochs.push(epoch);
    expect(drift).toEqual({ gramDrift: 0, sumDrift: 0 });
  };
  await train(toy.model, source, { steps: 2 * source.stepsPerEpoch + 1, headLearningRate: 0.5, onEpoch });
  expect(epochs).toEqual([1, 2]);
  expect(toy.head.recomputed).toBe(2);
});

test.each<Partial<TrainerOptions>>([
  {},
  { schedule: { warmupSteps: 4, decay: "cosine" }, weightDecay: 0.01, clipNorm: 1 },
])("an aborted run, resumed from its checkpoint, ends at the same bits: %o", async (changes) => {
  const options = { steps: 30, headLearningRate: 0.5, recordEvery: 7, ...changes };
  await using whole = await createToy();
  await using broken = await createToy();
  const uninterrupted = await train(whole.model, source, options);

  const signal = { aborted: false };
  const onProgress = ({ step }: TrainingProgress) => {
    signal.aborted = step === 13;
  };
  const saved: Snapshot[] = [];
  const onCheckpoint: TrainerOptions["onCheckpoint"] = async ({ save }) => {
    saved.push(await save(keep));
  };
  const first = await train(broken.model, source, { ...options, signal, onProgress, onCheckpoint });
  expect(first).toMatchObject({ reason: "aborted", state: { step: 13 } });
  expect(saved).toHaveLength(1);

  const resume = trainingStateOf(JSON.parse(JSON.stringify(saved[0])) as Snapshot);
  expect(resume).toEqual(first.state);
  const { backend } = broken;
  await using restored = await LanguageModel.restore(saved[0], { backend, restoreHead: restoreNaiveHead(backend) });
  const second = await train(restored, source, { ...options, resume });
  expect(second.reason).toBe("done");
  expect({ ...second.state, seconds: 0 }).toEqual({ ...uninterrupted.state, seconds: 0 });
  expect(await restored.save(bytesOf)).toEqual(await whole.model.save(bytesOf));
});

test("a run aborted before its first step does nothing", async () => {
  await using toy = await createToy();
  const before = await toy.model.save(bytesOf);
  const onCheckpoint = async () => expect.unreachable();
  const options = { steps: 5, headLearningRate: 1, signal: { aborted: true }, onCheckpoint };
  expect(await train(toy.model, source, options)).toMatchObject({ reason: "aborted", curve: [] });
  expect(await toy.model.save(bytesOf)).toEqual(before);
});

test("progress counts steps, examples, time and rates", async () => {
  await using toy = await createToy();
  const seen: TrainingProgress[] = [];
  await train(toy.model, source, {
    steps: 4,
    headLearningRate: 0.5,
    schedule: { warmupSteps: 2, decay: "linear" },
    onProgress: (progress) => seen.push(progress),
  });
  expect(seen.map(({ step, totalSteps, examples }) => [step, totalSteps, examples])).toEqual([
    [1, 4, 16],
    [2, 4, 32],
    [3, 4, 48],
    [4, 4, 64],
  ]);
  expect(seen.map(({ learningRate }) => learningRate)).toEqual([0.25, 0.375, 0.25, 0.125]);
  expect(seen[0].loss).toBe(seen[0].batchLoss);
  expect(seen[2].loss).toBeCloseTo((seen[0].batchLoss + seen[1].batchLoss + seen[2].batchLoss) / 3, 12);
  expect(seen[3].perplexity).toBe(Math.exp(seen[3].loss));
  expect(seen[3].secondsLeft).toBe(0);
});

test("perplexity is left out for a loss without probabilities", async () => {
  await using toy = await createToy({}, squaredError);
  const seen: TrainingProgress[] = [];
  await train(toy.model, source, { steps: 1, headLearningRate: 0.01, onProgress: (progress) => seen.push(progress) });
  expect(seen).toMatchObject([{ step: 1, perplexity: undefined }]);
  expect((await evaluateSplit(toy.model, epochOf(source))).perplexity).toBeUndefined();
});

test("minutes limit a run by the clock, earlier runs included", async () => {
  await using toy = await createToy();
  const seen: TrainingProgress[] = [];
  const options: TrainerOptions = { minutes: 1, headLearningRate: 0.1, now: tickingClock() };
  const { reason, state } = await train(toy.model, source, { ...options, onProgress: (p) => seen.push(p) });
  expect(reason).toBe("done");
  expect(state.seconds).toBeGreaterThanOrEqual(60);
  expect(seen.at(-2)!.secondsLeft).toBeGreaterThan(0);
  expect(seen.at(-1)).toMatchObject({ totalSteps: undefined, secondsLeft: 0, step: state.step });
  expect(await train(toy.model, source, { ...options, resume: state })).toMatchObject({ reason: "done", state });
});

test("the first of several limits ends the run", async () => {
  await using toy = await createToy();
  const options = { steps: 3, minutes: 60, headLearningRate: 0.1 };
  expect((await train(toy.model, source, options)).state.step).toBe(3);
});

test("checkpoints and validation come when they are due, and at the end", async () => {
  await using toy = await createToy();
  const checkpoints: number[] = [];
  const { curve } = await train(toy.model, source, {
    steps: 8,
    headLearningRate: 0.5,
    checkpointEvery: 3,
    onCheckpoint: async ({ state }) => {
      checkpoints.push(state.step);
    },
    validation: { every: 5, batches: () => heldOutBatches },
    recordEvery: 2,
  });
  expect(checkpoints).toEqual([3, 6, 8]);
  expect(curve.map(({ step, validationLoss }) => [step, validationLoss !== undefined])).toEqual([
    [2, false],
    [4, false],
    [5, true],
    [6, false],
    [8, true],
  ]);
  expect(curve.at(-1)!.validationLoss).toBe((await evaluateSplit(toy.model, heldOutBatches)).loss);
});

test.each<Partial<TrainerOptions>>([
  { steps: undefined },
  { epochs: 1 },
  { steps: -1 },
  { steps: 1.5 },
  { steps: undefined, epochs: 0 },
  { minutes: Number.NaN },
  { headLearningRate: Number.NaN },
  { headLearningRate: -1 },
  { schedule: { warmupSteps: -1 } },
  { schedule: { decay: "step" as "linear" } },
  { schedule: { finalFraction: 2 } },
  { checkpointEvery: 0 },
  { recordEvery: 0 },
  { validation: { every: 0, batches: () => [] } },
] as Partial<TrainerOptions>[])("refuses %o", async (changes) => {
  await using toy = await createToy();
  const options = { steps: 1, headLearningRate: 0.1, ...changes };
  await expect(train(toy.model, source, options)).rejects.toMatchObject({ code: "ERR_OPTION" });
});

test("schedules warm up and decay to their final fraction", () => {
  expect(rateFactor({}, 7, 0.5)).toBe(1);
  expect(rateFactor({ warmupSteps: 4 }, 0, 0)).toBe(0.25);
  expect(rateFactor({ warmupSteps: 4 }, 4, 0)).toBe(1);
  expect(rateFactor({ decay: "linear", finalFraction: 0.2 }, 9, 0.5)).toBeCloseTo(0.6, 12);
  expect(rateFactor({ decay: "cosine", finalFraction: 0.2 }, 9, 1.5)).toBeCloseTo(0.2, 12);
  expect(rateFactor({ decay: "cosine" }, 9, 0.5)).toBeCloseTo(0.5, 12);
});
