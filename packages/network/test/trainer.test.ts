import type { Snapshot } from "@widehead/core";
import { expect, test } from "vitest";
import {
  accuracy,
  type BatchSource,
  type EarlyStopping,
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

/** Figures as they come, one a measurement; the last one again and again. */
function figures(...sequence: number[]): EarlyStopping["measure"] {
  return async () => (sequence.length > 1 ? sequence.shift()! : sequence[0]);
}

const stopping: EarlyStopping = { measure: figures(1), better: "lower", patience: 2, every: 2 };

test.each([
  { better: "lower", sequence: [5, 3, 4, 2, 2, 3], best: { step: 8, figure: 2, missed: 2 }, end: 12 },
  { better: "higher", sequence: [5, 3, 6, 6, 1], best: { step: 6, figure: 6, missed: 2 }, end: 10 },
  { better: "higher", sequence: [5, 6, 7, 8, 9, 10, 11, 12], best: { step: 16, figure: 12, missed: 0 }, end: 16 },
] as const)("early stopping ends a run after $end steps", async ({ better, sequence, best, end }) => {
  await using toy = await createToy();
  const kept: number[] = [];
  const earlyStopping: EarlyStopping = {
    ...stopping,
    better,
    measure: figures(...sequence),
    onBest: async ({ state }) => {
      expect(state.curve.at(-1)).toMatchObject({ step: state.step, figure: state.best!.figure });
      kept.push(state.step);
    },
  };
  const summary = await train(toy.model, source, { steps: 16, headLearningRate: 0.1, earlyStopping });
  expect(summary).toMatchObject({ reason: end === 16 ? "done" : "stopped", best, state: { step: end } });
  expect(kept.at(-1)).toBe(best.step);
  const measured = sequence.slice(0, end / 2).map((figure, i) => [2 * (i + 1), figure]);
  expect(summary.curve.filter(({ figure }) => figure !== undefined).map((p) => [p.step, p.figure])).toEqual(measured);
});

test("early stopping measures once an epoch unless told, and remembers when resumed", async () => {
  await using toy = await createToy();
  const { every: _, ...yearly } = stopping;
  const options = { headLearningRate: 0.1, recordEvery: 1000 };
  const steps = 2 * source.stepsPerEpoch;
  const earlyStopping = { ...yearly, measure: figures(1, 2) };
  const first = await train(toy.model, source, { ...options, steps, earlyStopping });
  expect(first).toMatchObject({ reason: "done", best: { step: source.stepsPerEpoch, figure: 1, missed: 1 } });
  const resume = trainingStateOf(JSON.parse(JSON.stringify({ facts: { training: first.state } })) as Snapshot);
  expect(resume).toEqual(first.state);
  const second = await train(toy.model, source, { ...options, steps: 2 * steps, earlyStopping, resume });
  expect(second).toMatchObject({ reason: "stopped", state: { step: 3 * source.stepsPerEpoch } });
  const third = await train(toy.model, source, { ...options, steps: 2 * steps, earlyStopping, resume: second.state });
  expect(third).toEqual(second);
});

test("a figure that is no number ends the run with an error", async () => {
  await using toy = await createToy();
  const earlyStopping = { ...stopping, measure: figures(Number.NaN) };
  await expect(train(toy.model, source, { steps: 5, headLearningRate: 0.1, earlyStopping })).rejects.toMatchObject({
    code: "ERR_NOT_FINITE",
    details: { argument: "earlyStopping.measure", step: 2 },
  });
});

test("batches may come later, and those of validation too", async () => {
  await using now = await createToy();
  await using later = await createToy();
  const options = { steps: 5, headLearningRate: 0.5 };
  const awaited: BatchSource = { stepsPerEpoch: source.stepsPerEpoch, at: async (step) => source.at(step) };
  async function* heldOutLater() {
    yield* heldOutBatches;
  }
  const validation = { every: 5, batches: () => heldOutBatches };
  const expected = await train(now.model, source, { ...options, validation });
  const { curve } = await train(later.model, awaited, { ...options, validation: { every: 5, batches: heldOutLater } });
  expect(curve).toEqual(expected.curve);
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
  { earlyStopping: { ...stopping, patience: 0 } },
  { earlyStopping: { ...stopping, every: 0 } },
  { earlyStopping: { ...stopping, better: "larger" as "higher" } },
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
