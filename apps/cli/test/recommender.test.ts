import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadCheckpoint } from "@widehead/data";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sampleInteractions, sampleLists, sampleTable } from "./interactions.ts";
import { createWorkplace, type Ran, type Workplace } from "./support.ts";

interface Scores {
  readonly name: string;
  readonly examples: number;
  readonly figures: readonly { readonly k: number; readonly recall: number; readonly ndcg: number }[];
}

interface Trained {
  readonly steps: number;
  readonly users: number;
  readonly items: number;
  readonly test: Scores;
  readonly baselines: readonly Scores[];
}

let place: Workplace;
let trained: Ran;
const train = ["train", "recommender", "--json"];
const small = "--features 6 --batch 16 --k 3,5 --body-learning-rate 0.05".split(" ");

beforeAll(async () => {
  place = await createWorkplace();
  await writeFile(join(place.directory, "likes.csv"), sampleTable());
  trained = await place.run([...train, ...small, "--data", "likes.csv", "--epochs", "12", "--out", "model"]);
});
afterAll(() => place[Symbol.asyncDispose]());

async function dataOf(folder: string): Promise<Buffer> {
  const { manifest } = await loadCheckpoint(join(place.directory, folder));
  return readFile(join(place.directory, folder, manifest.data.name));
}

describe("train recommender", () => {
  test("learns tastes: better than popularity on held-out items, which it prints beside", () => {
    expect(trained.code, trained.out).toBe(0);
    const { users, items, test, baselines } = trained.json<Trained>();
    expect([users, items]).toEqual([60, 24]);
    expect(baselines.map(({ name }) => name)).toEqual(["item neighbours", "popularity"]);
    expect(test.figures.map(({ k }) => k)).toEqual([3, 5]);
    expect(test.figures[1]!.recall).toBeGreaterThan(2 * baselines[1]!.figures[1]!.recall);
    expect(baselines.map(({ examples }) => examples)).toEqual([test.examples, test.examples]);
  });

  test("says which options its density chose", async () => {
    const { out } = await place.run("train recommender --data likes.csv --steps 2 --out dense");
    expect(out).toMatch(/^Chosen for density \d+\.\d %, dense as from 1\.0 %: --features \d+ .*--damping 100/m);
  });

  test("stops early and keeps the best model", async () => {
    const { code, json, err } = await place.run([
      ...[...train, ...small, "--data", "likes.csv", "--epochs", "40", "--patience", "2", "--out", "early"],
      ...["--learning-rate", "0.0001", "--body-learning-rate", "0"],
    ]);
    expect(code).toBe(0);
    expect(json()).toMatchObject({ stoppedEarly: true });
    const { steps, bestStep } = json<{ steps: number; bestStep: number }>();
    expect(steps).toBeGreaterThan(bestStep);
    expect(err).toContain("NDCG@20");
    expect(existsSync(join(place.directory, "early", "best", "manifest.json"))).toBe(true);
    const { json: again } = await place.run("evaluate early --json");
    expect(again()).toMatchObject({ figures: json<Trained>().test.figures });
  });

  test("takes lists of numbers, and a test file whose new items count as missed", async () => {
    const lists = sampleLists().split("\n");
    await writeFile(
      join(place.directory, "lists.txt"),
      lists.map((line) => line.split(" ").slice(1).join(" ")).join("\n"),
    );
    await writeFile(join(place.directory, "later.txt"), lists.map((line) => `${line.split(" ")[0]} 999`).join("\n"));
    const { code, out, json } = await place.run([
      ...[...train, ...small, "--epochs", "1", "--out", "lists"],
      ...["--data", "lists.txt", "--test", "later.txt"],
    ]);
    expect(code, out).toBe(0);
    const { items, test } = json<Trained>();
    expect(items).toBe(25);
    expect(test.examples).toBe(60);
    for (const { recall } of test.figures) expect(recall).toBeLessThanOrEqual(0.5);
  });

  test("takes JSON lines, and leaves light interactions out", async () => {
    const records = sampleInteractions().map(([user, item], n) => JSON.stringify({ user, item, rating: 1 + (n % 5) }));
    await writeFile(join(place.directory, "likes.jsonl"), records.join("\n"));
    const line = [...train, ...small, "--data", "likes.jsonl", "--steps", "1"];
    const all = await place.run([...line, "--out", "records"]);
    const heavy = await place.run([...line, "--out", "heavy", "--minimum-weight", "4"]);
    const pairs = ({ err }: Ran) => Number(/(\d+) pairs to train on/.exec(err)?.[1]);
    expect(all.json()).toMatchObject({ users: 60, items: 24 });
    expect(pairs(heavy)).toBeGreaterThan(0.3 * pairs(all));
    expect(pairs(heavy)).toBeLessThan(0.5 * pairs(all));
  });

  test("resumes to the bits of an uninterrupted run", async () => {
    const line = [...train, ...small, "--data", "likes.csv", "--decay", "constant"];
    await place.run([...line, "--epochs", "3", "--out", "whole"]);
    await place.run([...line, "--epochs", "2", "--out", "parts"]);
    const rest = await place.run([...train, "--out", "parts", "--resume", "--epochs", "3"]);
    expect(rest.json()).toMatchObject({ steps: 12 });
    expect((await dataOf("parts")).equals(await dataOf("whole"))).toBe(true);
  });

  test("grows when resumed with new users and items, and recommends the new", async () => {
    await place.run([...train, ...small, "--data", "likes.csv", "--epochs", "3", "--out", "growing"]);
    const fans = Array.from({ length: 12 }, (_, n) => `fan${n},polka,5\nfan${n},waltz,5\nfan${n},tango,5`);
    await writeFile(join(place.directory, "more.csv"), `${sampleTable()}\n${fans.join("\n")}`);
    const { code, json, err } = await place.run([
      ...[...train, "--out", "growing", "--resume"],
      ...["--data", "more.csv", "--epochs", "15"],
    ]);
    expect(code, err).toBe(0);
    expect(json()).toMatchObject({ users: 72, items: 27 });
    expect(err).toContain("3 new items");
    const { json: predicted } = await place.run("predict growing --items polka,waltz --count 1 --json");
    expect(predicted()).toMatchObject({ predictions: [{ item: "tango" }] });
  });
});

describe("a trained recommender", () => {
  test("is measured as it was after training, at other cuts too", async () => {
    const { json } = await place.run("evaluate model --json");
    const { test, baselines } = trained.json<Trained>();
    expect(json()).toMatchObject({ directory: "model", figures: test.figures, baselines });
    const cut = await place.run("evaluate model --k 1 --json");
    expect(cut.json()).toMatchObject({ figures: [{ k: 1 }] });
    const { out } = await place.run("evaluate model");
    expect(out).toMatch(/recall@3 +recall@5 +NDCG@3/);
    expect(out).toMatch(/popularity +[\d.]+ %/);
  });

  test("recommends what somebody lacks of their taste", async () => {
    const { json } = await place.run("predict model --items jazz0,jazz1,jazz2 --count 3 --json");
    const { predictions } = json<{ predictions: { item: string }[] }>();
    expect(predictions).toHaveLength(3);
    for (const { item } of predictions) expect(item).toMatch(/^jazz[3-7]$/);
  });

  test("recommends to a user of the data what they do not have", async () => {
    const { json } = await place.run("predict model --user u3 --json");
    const { items, predictions } = json<{ items: string[]; predictions: { item: string }[] }>();
    expect(items.length).toBeGreaterThan(3);
    expect(predictions.filter(({ item }) => items.includes(item))).toEqual([]);
    expect((await place.run("predict model --user u3")).out).toMatch(/^ +\w+ +-?[\d.]+/);
  });

  test.each([
    ["predict model --user u333 --json", "--user"],
    ["predict model --items jaz1 --json", "--items"],
    ["predict model --json", "predict"],
    ["predict model --user u1 --items jazz1 --json", "predict"],
    ["predict model jazz1 --json", "predict"],
    ["evaluate model --seed 3 --json", "--seed"],
    ["neighbors model jazz1 --json", "neighbors"],
    ["train recommender --json", "--data"],
    ["train recommender --data text.txt --json", "--format"],
    ["train recommender --data likes.csv --input-dropout 1 --json", "--input-dropout"],
    ["train recommender --data likes.csv --out model --resume --features 7 --json", "--features"],
    ["train language-model --out model --resume --json", "--out"],
  ])("%s is wrong use", async (line, argument) => {
    const { code, json } = await place.run(line);
    expect(code).toBe(2);
    expect(json()).toMatchObject({ error: { code: "ERR_OPTION", details: { argument } } });
  });

  test("suggests names like an unknown one", async () => {
    const { err } = await place.run("predict model --items jaz1");
    expect(err).toContain('"jazz1"');
  });
});

const shared = process.env.WIDEHEAD_DATA;
test.runIf(shared !== undefined)("learns MovieLens better than popularity", { timeout: 60_000 }, async () => {
  const set = join(shared!, "recommend", "ml-100k");
  const { code, out, json } = await place.run([
    ...[...train, "--features", "32", "--epochs", "4", "--out", "films"],
    ...[
      "--data",
      join(set, "train.tsv"),
      "--test",
      join(set, "test.tsv"),
      "--loss",
      "weighted-squared:zero-weight=0.3",
    ],
  ]);
  expect(code, out).toBe(0);
  const { test, baselines } = json<Trained>();
  expect(test.figures[0]!.recall).toBeGreaterThan(baselines[1]!.figures[0]!.recall);
});
