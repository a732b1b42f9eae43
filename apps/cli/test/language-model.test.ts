import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { automatic, createWorkplace, type Ran, tiny, type Workplace } from "./support.ts";

let place: Workplace;
let trained: Ran;

beforeAll(async () => {
  place = await createWorkplace();
  trained = await place.run(["train", "language-model", ...tiny, "--steps", "150", "--out", "model", "--json"]);
});
afterAll(() => place[Symbol.asyncDispose]());

describe("train language-model", () => {
  test("reports everything in one JSON document", () => {
    expect(trained.code).toBe(0);
    expect(trained.json()).toMatchObject({
      directory: "model",
      learningCurve: join("model", "learning-curve.svg"),
      backend: automatic,
      loss: "spherical:epsilon=0.1",
      vocabulary: 13,
      shape: { context: 3, embedding: 4, hidden: [6], features: 7 },
      steps: 150,
      examples: 2400,
      stepTimes: { factored: { steps: 15 }, dense: { steps: 3 } },
    });
    const { predictions, neighbors, next } = trained.json<{
      predictions: { words: unknown[] }[];
      neighbors: { nearest: unknown[] }[];
      next: string[];
    }>();
    expect(predictions.map(({ words }) => words.length)).toEqual([5, 5, 5]);
    expect(neighbors.map(({ nearest }) => nearest.length)).toEqual([5, 5, 5]);
    expect(next[0]).toMatch(/^widehead predict model '/);
  });

  test("learns: a better perplexity than counting words, and a rising accuracy", () => {
    const { test, baselines } = trained.json<{
      test: { perplexity: number; positions: number; availablePositions: number; top1: number; top10: number };
      baselines: { unigram: number; kneserNeyBigram: number };
    }>();
    expect(test.perplexity).toBeLessThan(baselines.unigram);
    expect(baselines.kneserNeyBigram).toBeLessThan(baselines.unigram);
    expect(test.positions).toBe(test.availablePositions);
    expect(test.top10).toBeGreaterThan(test.top1);
  });

  test("says how it goes as JSON lines on stderr", () => {
    const events = trained.err
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.map(({ event }) => event)).toContain("progress");
    expect(events.find(({ event }) => event === "progress")).toMatchObject({ step: 1, totalSteps: 150 });
  });

  test("draws a learning curve with both series", async () => {
    const svg = await readFile(join(place.directory, "model", "learning-curve.svg"), "utf8");
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(svg).toContain("perplexity");
    expect(svg).toContain("training");
    expect(svg).toContain("validation");
  });

  test("never overwrites a model by default", async () => {
    const line = ["train", "language-model", ...tiny, "--steps", "1", "--json"];
    expect((await place.run(line)).json()).toMatchObject({ directory: join("runs", "language-model") });
    expect((await place.run(line)).json()).toMatchObject({ directory: join("runs", "language-model-2") });
    const resumed = await place.run("train language-model --resume --steps 2 --json");
    expect(resumed.json()).toMatchObject({ directory: join("runs", "language-model-2"), steps: 2 });
  });

  test("shows figures and the next command to people, perplexity only where there are probabilities", async () => {
    const { code, out, err } = await place.run([
      ...["train", "language-model", ...tiny, "--steps", "3", "--out", "z", "--loss", "z:alpha=0.2,beta=4"],
      ...["--hidden", "5", "--body-optimizer", "sgd", "--weight-decay", "0.001", "--clip-norm", "1"],
    ]);
    expect(code).toBe(0);
    expect(out).toContain("z:alpha=0.2,beta=4 loss");
    expect(out).toContain("times faster");
    expect(out).not.toContain("perplexity");
    expect(out).toContain("widehead predict z ");
    expect(err).toMatch(/step 1 of 3 · 16 examples · [\d,.]+ examples\/s · loss [\d.]+ · 0:\d\d left/);
  });

  test("trains the dense layer with softmax, without a comparison that the factored layer cannot enter", async () => {
    const { code, json } = await place.run([
      ...["train", "language-model", ...tiny, "--steps", "3", "--out", "softmax", "--json"],
      ...["--loss", "softmax", "--output", "dense"],
    ]);
    expect(code).toBe(0);
    expect(json()).toMatchObject({ output: "dense", loss: "softmax" });
    expect(json()).not.toHaveProperty("stepTimes");
  });

  test("rewrites one line on a terminal", async () => {
    let shown = "";
    const stderr = { isTTY: true, columns: 60, write: (text: string) => (shown += text) };
    await place.run(["train", "language-model", ...tiny, "--steps", "2", "--out", "live"], { stderr });
    const live = shown.split("\n").find((line) => line.startsWith("\r"))!;
    expect(
      live
        .split("\r")
        .slice(1)
        .every((line) => line.length === 59),
    ).toBe(true);
  });
});

describe("a trained model", () => {
  test("is measured as it was after training", async () => {
    const { json } = await place.run("evaluate model --json");
    const { test, baselines } = trained.json<{ test: object; baselines: object }>();
    expect(json()).toMatchObject({ ...test, baselines, directory: "model" });
  });

  test("is measured on all of another text, without baselines", async () => {
    const text = "red green blue north south. river mountain garden letter winter.";
    await writeFile(join(place.directory, "other.txt"), text);
    const { json } = await place.run("evaluate model --data other.txt --json");
    expect(json()).toMatchObject({ positions: 14, accuracyPositions: 14 });
    expect(json()).not.toHaveProperty("baselines");
  });

  test("continues a text with probabilities that sum to 1 over the vocabulary", async () => {
    const { json } = await place.run(["predict", "model", "Red green purple", "--count", "13", "--json"]);
    const { tokens, unknown, predictions } = json<{
      tokens: string[];
      unknown: string[];
      predictions: { word: string; probability: number }[];
    }>();
    expect(tokens).toEqual(["red", "green", "purple"]);
    expect(unknown).toEqual(["purple"]);
    expect(predictions).toHaveLength(13);
    expect(predictions.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5);
  });

  test("takes a full stop for the end of a sentence, and an empty text for a beginning", async () => {
    const { json } = await place.run(["predict", "model", "Red green.", "--json"]);
    expect(json().tokens).toEqual(["red", "green", ".", "</s>"]);
    expect((await place.run(["predict", "model", "", "--json"])).json().tokens).toEqual([]);
  });

  test("names the words used alike, nearest first", async () => {
    const { json } = await place.run("neighbors model Garden --count 4 --json");
    const { neighbors } = json<{ neighbors: { word: string; similarity: number }[] }>();
    expect(neighbors).toHaveLength(4);
    expect(neighbors.map(({ word }) => word)).not.toContain("garden");
    expect(neighbors.map(({ similarity }) => similarity)).toEqual(
      neighbors.map(({ similarity }) => similarity).toSorted((a, b) => b - a),
    );
    expect((await place.run("neighbors model zebra")).code).toBe(2);
  });

  test("is a folder of the files that its manifest names, and the curve", async () => {
    const names = await readdir(join(place.directory, "model"));
    expect(names.map((name) => name.replace(/-[0-9a-f]{16}/, "")).toSorted()).toEqual([
      "data.safetensors",
      "learning-curve.svg",
      "manifest.json",
      "vocabulary.json",
    ]);
  });
});
