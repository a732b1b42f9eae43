import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sampleTable } from "./interactions.ts";
import { createWorkplace, type Ran, type Workplace } from "./support.ts";
import { sampleNumbers, sampleRecords, sampleTexts } from "./topics.ts";

interface Measured {
  readonly rows: number;
  readonly loss: number;
  readonly relativeError?: number;
}

interface Trained {
  readonly rows: number;
  readonly features: number;
  readonly test: Measured;
}

let place: Workplace;
let trained: Ran;
const train = ["train", "autoencoder", "--json"];
const small = "--features 4 --batch 16".split(" ");

beforeAll(async () => {
  place = await createWorkplace();
  await writeFile(join(place.directory, "texts.jsonl"), sampleRecords());
  trained = await place.run([...train, ...small, "--data", "texts.jsonl", "--epochs", "20", "--out", "model"]);
});
afterAll(() => place[Symbol.asyncDispose]());

describe("train autoencoder", () => {
  test("says rows better than their mean does", () => {
    expect(trained.code, trained.out).toBe(0);
    const { rows, features, test } = trained.json<Trained>();
    expect([rows, features, test.rows]).toEqual([150, 22, 15]);
    expect(test.relativeError).toBeGreaterThan(0);
    expect(test.relativeError).toBeLessThan(0.9);
  });

  test.each([
    ["numbers.txt", () => sampleNumbers().data, 150],
    ["likes.csv", () => sampleTable(), 60],
    [
      "documents.txt",
      () =>
        sampleTexts(60)
          .map(({ text }) => text)
          .join("\n\n"),
      60,
    ],
  ])("takes %s", async (name, content, rows) => {
    await writeFile(join(place.directory, name), content());
    const { code, out, json } = await place.run([
      ...train,
      ...small,
      "--data",
      name,
      "--steps",
      "3",
      "--out",
      `${name}-model`,
    ]);
    expect(code, out).toBe(0);
    expect(json()).toMatchObject({ rows, weighting: "tf-idf" });
  });

  test("has a relative error only for squared error", async () => {
    const { json } = await place.run([
      ...[...train, ...small, "--data", "texts.jsonl", "--steps", "3", "--out", "weighted"],
      ...["--loss", "weighted-squared", "--weighting", "none"],
    ]);
    expect(json<Trained>().test).not.toHaveProperty("relativeError");
  });
});

describe("a trained autoencoder", () => {
  test("is measured as it was after training", async () => {
    const { json } = await place.run("evaluate model --json");
    expect(json()).toMatchObject({ ...trained.json<Trained>().test });
  });

  test("finds rows of the same topic", async () => {
    const { json } = await place.run("neighbors model 0 --count 5 --json");
    const { neighbors } = json<{ neighbors: { name: string; similarity: number }[] }>();
    expect(neighbors).toHaveLength(5);
    for (const { name } of neighbors) expect(Number(name) % 3).toBe(0);
    const similarities = neighbors.map(({ similarity }) => similarity);
    expect(similarities).toEqual(similarities.toSorted((a, b) => b - a));
  });

  test.each([
    ["neighbors model 150 --json", "ERR_OPTION"],
    ["predict model text --json", "ERR_OPTION"],
  ])("%s is wrong use", async (line, error) => {
    const { code, json } = await place.run(line);
    expect(code).toBe(2);
    expect(json()).toMatchObject({ error: { code: error } });
  });
});
