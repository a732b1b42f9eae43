import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createWorkplace, type Ran, type Workplace } from "./support.ts";
import { sampleNumbers, sampleRecords, sampleTexts } from "./topics.ts";

interface Scores {
  readonly figures: readonly {
    readonly k: number;
    readonly precision: number;
    readonly propensityScoredPrecision?: number;
  }[];
}

interface Trained {
  readonly features: number;
  readonly labels: number;
  readonly test: Scores;
  readonly baselines: readonly (Scores & { readonly name: string })[];
}

let place: Workplace;
let trained: Ran;
const train = ["train", "tagger", "--json"];
const small = "--features 8 --batch 16 --k 1,2 --epochs 6".split(" ");

beforeAll(async () => {
  place = await createWorkplace();
  await writeFile(join(place.directory, "texts.jsonl"), sampleRecords());
  await writeFile(join(place.directory, "new.jsonl"), sampleRecords(30, 9));
  const { data, labels, features } = sampleNumbers();
  await writeFile(join(place.directory, "numbers.txt.gz"), gzipSync(data));
  await writeFile(join(place.directory, "labels.txt"), labels);
  await writeFile(join(place.directory, "features.txt"), features);
  trained = await place.run([...train, ...small, "--data", "texts.jsonl", "--out", "model"]);
});
afterAll(() => place[Symbol.asyncDispose]());

describe("train tagger", () => {
  test("learns topics from texts, with propensity-scored figures and neighbours beside", () => {
    expect(trained.code, trained.out).toBe(0);
    const { features, labels, test, baselines } = trained.json<Trained>();
    expect([features, labels]).toEqual([22, 5]);
    expect(test.figures[0]!.precision).toBeGreaterThan(0.9);
    expect(test.figures[1]!.propensityScoredPrecision).toBeGreaterThan(0.8);
    expect(baselines.map(({ name }) => name)).toEqual(["nearest rows"]);
    expect(baselines[0]!.figures[0]!.precision).toBeGreaterThan(0.9);
  });

  test("learns the same from gzipped libsvm with names beside it", async () => {
    const { code, out, json } = await place.run([
      ...[...train, ...small, "--data", "numbers.txt.gz", "--out", "numbers"],
      ...["--feature-names", "features.txt", "--label-names", "labels.txt"],
    ]);
    expect(code, out).toBe(0);
    expect(json<Trained>().test.figures[0]!.precision).toBeGreaterThan(0.9);
    const asked = await place.run(["predict", "numbers", "flour and yeast", "--count", "2", "--json"]);
    const { predictions, unknown } = asked.json<{ predictions: { label: string }[]; unknown: string[] }>();
    expect(predictions.map(({ label }) => label).toSorted()).toEqual(["about-b", "bread"]);
    expect(unknown).toEqual(["and"]);
    const numbers = await place.run(["predict", "numbers", "flour:2 10:1", "--count", "2", "--json"]);
    expect(numbers.json<{ predictions: { label: string }[] }>().predictions.map(({ label }) => label)).toContain(
      "bread",
    );
  });
});

describe("the first rows of a tagger", () => {
  test("are principal directions, which stay, and say what they were chosen for", () => {
    const { chosen } = trained.json<{ chosen: { because: string; options: string } }>();
    expect(chosen.because).toBe("135 rows of 22 features");
    expect(chosen.options).toBe("--damping 0.03 --learning-rate 0.05");
  });

  test("may be random ones that are learned", async () => {
    const line = ["--input-rows", "random", "--data", "texts.jsonl", "--out", "random"];
    const { code, out, json } = await place.run([...train, ...small, ...line]);
    expect(code, out).toBe(0);
    expect(json()).toMatchObject({ optimizer: "sgd", loss: "weighted-squared:zero-weight=0.3" });
  });

  test("go on to the same numbers after an interruption", async () => {
    const line = ["train", "tagger", "--features", "8", "--batch", "16", "--data", "texts.jsonl", "--json"];
    const whole = await place.run([...line, "--decay", "constant", "--steps", "6", "--out", "whole"]);
    await place.run([...line, "--decay", "constant", "--steps", "3", "--out", "halves"]);
    const resumed = await place.run("train tagger --out halves --resume --steps 6 --json");
    expect(resumed.json().test).toEqual(whole.json().test);
    expect(resumed.json()).not.toHaveProperty("chosen");
  });

  test.each([
    ["--features 23", "--features"],
    ["--damping 0.1 --optimizer sgd", "--damping"],
  ])("%s is wrong use", async (options, argument) => {
    const { code, json } = await place.run([...train, "--data", "texts.jsonl", ...options.split(" ")]);
    expect(code).toBe(2);
    expect(json()).toMatchObject({ error: { code: "ERR_OPTION", details: { argument } } });
  });
});

describe("a trained tagger", () => {
  test("is measured as it was after training, or on a file that is told", async () => {
    const { json } = await place.run("evaluate model --json");
    const { test, baselines } = trained.json<Trained>();
    expect(json()).toMatchObject({ figures: test.figures, baselines });
    const other = await place.run("evaluate model --test new.jsonl --k 1 --json");
    expect(other.json()).toMatchObject({ examples: 30, figures: [{ k: 1 }] });
    expect((await place.run("evaluate model")).out).toMatch(/P@1 +P@2 +NDCG@1 +NDCG@2 +PSP@1/);
  });

  test("tags the lines of stdin, each with its tags between tabs", async () => {
    const lines = sampleTexts(3, 8);
    const stdin = async function* () {
      for (const { text } of lines) yield text;
    };
    const { code, out } = await place.run("predict model --count 2", { stdin });
    expect(code).toBe(0);
    const tags = out
      .trim()
      .split("\n")
      .map((row) => row.split("\t").toSorted());
    expect(tags).toEqual(lines.map(({ tags }) => [...tags].toSorted()));
  });

  test("says which words it does not know", async () => {
    const { err, out } = await place.run(["predict", "model", "orbit of a comet", "--count", "1"]);
    expect(err).toContain("Not among the features: of, a");
    expect(out).toMatch(/stars|about-s/);
  });

  test("goes on only with the same data", async () => {
    await writeFile(join(place.directory, "changed.jsonl"), sampleRecords(150, 11));
    const { code, json } = await place.run([...train, "--out", "model", "--resume", "--data", "changed.jsonl"]);
    expect(code).toBe(1);
    expect(json()).toMatchObject({ error: { code: "ERR_FORMAT", details: { argument: "--data" } } });
  });

  test.each([
    ["predict model salty:1 --json", 2, "ERR_OPTION"],
    ["predict nameless word --json", 2, "ERR_OPTION"],
    ["predict nameless 99:1 --json", 2, "ERR_OPTION"],
    ["train tagger --data text.txt --json", 2, "ERR_OPTION"],
    ["train tagger --data missing.txt --json", 1, "ERR_IO"],
    ["train tagger --data numbers.txt.gz --label-names short.txt --out short --json", 1, "ERR_FORMAT"],
  ])("%s fails with a code", async (line, code, error) => {
    await writeFile(join(place.directory, "short.txt"), "one\ntwo");
    if (line.includes("nameless")) {
      await place.run(
        [...train, ...small, "--data", "numbers.txt.gz", "--steps", "1", "--out", "nameless"].filter(
          (word, n, all) => word !== "--epochs" && all[n - 1] !== "--epochs",
        ),
      );
    }
    const ran = await place.run(line);
    expect(ran.code).toBe(code);
    expect(ran.json()).toMatchObject({ error: { code: error } });
  });
});
