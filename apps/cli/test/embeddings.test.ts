import { readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom } from "@widehead/core";
import { readWordVectors } from "@widehead/data";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createWorkplace, type Ran, tiny, type Workplace } from "./support.ts";

const topics = ["anchor boat harbor sail wave", "apple bread butter cheese honey", "chisel hammer nail saw wood"].map(
  (line) => line.split(" "),
);
const small: readonly string[] =
  "--data topics.txt --embedding 4 --batch 32 --subsample 1 --minimum-count 1 --threads 1 --seed 2".split(" ");

/** Spearman's correlation of {@link pairs} where every pair of a topic has a larger cosine than every other pair: 0.84. */
const separated = 0.83;

let place: Workplace;
let trained: Ran;

beforeAll(async () => {
  place = await createWorkplace();
  await writeFile(join(place.directory, "topics.txt"), topicText());
  await writeFile(join(place.directory, "pairs.tsv"), pairs());
  trained = await place.run(["train", "embeddings", ...small, "--epochs", "15", "--out", "vectors", "--json"]);
});
afterAll(() => place[Symbol.asyncDispose]());

/** Eighty paragraphs, each of words that go together. */
function topicText(): string {
  const random = createRandom(3);
  const paragraph = (_: unknown, i: number) => {
    const topic = topics[i % topics.length]!;
    return Array.from({ length: 12 }, () => topic[random.integer(topic.length)]).join(" ");
  };
  return Array.from({ length: 80 }, paragraph).join("\n\n");
}

/** People find words of one topic alike; one pair has a word that no text has. */
function pairs(): string {
  const [sea, food, tools] = topics as [string[], string[], string[]];
  const alike = [sea, food, tools].flatMap(([a, b, c]) => [`${a}\t${b}\t9`, `${b}\t${c}\t9`]);
  const others = sea.map((word, i) => `${word}\t${food[i]}\t1`).concat(tools.map((word, i) => `${word}\t${sea[i]}\t1`));
  return ["word1\tword2\tscore", ...alike, ...others, "Boat\tzeppelin\t5"].join("\n");
}

describe("questions and data that do not fit embeddings", () => {
  test.each([
    ["predict vectors --json", "no text"],
    ["predict vectors bota --json", "a word that is unknown"],
    ["train embeddings --data topics.txt --format libsvm --json", "a format without sequences"],
  ])("%s: %s", async (line) => {
    const { code, json } = await place.run(line);
    expect(code).toBe(2);
    expect(json()).toMatchObject({ error: { code: "ERR_OPTION" } });
  });
});

describe("train embeddings", () => {
  test("reports the held-out loss and neighbours in one JSON document", () => {
    expect(trained.err).not.toContain("error");
    expect(trained.code).toBe(0);
    expect(trained.json()).toMatchObject({
      task: "embeddings",
      directory: "vectors",
      loss: "weighted-squared:zero-weight=0.005",
      optimizer: "second-order",
      vocabulary: 17,
      shape: { embedding: 4 },
      test: { loss: expect.any(Number), words: expect.any(Number) },
    });
    const { neighbors, next } = trained.json<{ neighbors: { nearest: unknown[] }[]; next: string[] }>();
    expect(neighbors.map(({ nearest }) => nearest.length)).toEqual([5, 5, 5]);
    expect(next.map((line) => line.split(" ")[1])).toEqual(["neighbors", "analogies", "export", "train"]);
  });

  test("learns: words of one topic are nearest to each other", async () => {
    for (const topic of topics) {
      const { json } = await place.run(`neighbors vectors ${topic[0]} --count 4 --json`);
      const { neighbors } = json<{ neighbors: { word: string }[] }>();
      expect(neighbors.map(({ word }) => word).toSorted()).toEqual(topic.slice(1).toSorted());
    }
  });

  test("learns a word from those around it, too, and shows figures to people", async () => {
    const ran = await place.run([
      "train",
      "embeddings",
      ...small,
      ..."--predict word --epochs 15 --out cbow".split(" "),
    ]);
    expect(ran.code).toBe(0);
    expect(ran.out).toContain("Nearest neighbours");
    expect(ran.out).toContain("widehead export cbow --out vectors.txt");
    const { json } = await place.run("evaluate similarity cbow --pairs pairs.tsv --json");
    expect(json().correlation).toBeGreaterThan(separated);
  });

  test("predicts what comes around words, and the word among them, not those that are asked about", async () => {
    for (const model of ["vectors", "cbow"]) {
      const { json, err } = await place.run(["predict", model, "anchor boat zeppelin", "--count", "3", "--json"]);
      const { predictions, unknown } = json<{ predictions: { word: string }[]; unknown: string[] }>();
      expect(predictions.map(({ word }) => word).toSorted()).toEqual(["harbor", "sail", "wave"]);
      expect(unknown).toEqual(["zeppelin"]);
      expect(err).toContain("Not in the vocabulary: zeppelin");
    }
  });

  test.each(["lists", "table"])("learns from sequences of items: %s", async (format) => {
    const sequences = topicText()
      .split("\n\n")
      .map((line) => line.split(" ").map((word) => `The ${word}`.replace(" ", "-")));
    const lines =
      format === "lists"
        ? sequences.map((items) => items.join(" "))
        : [
            "user\titem\ttime",
            ...sequences.flatMap((items, user) => items.map((item, n) => `u${user}\t${item}\t${n}`)),
          ];
    await writeFile(join(place.directory, format), lines.join("\n"));
    const told = ["--format", format, "--out", `${format}-model`, "--epochs", "15"];
    const { code, out, json } = await place.run(["train", "embeddings", ...small, "--data", format, ...told, "--json"]);
    expect(code, out).toBe(0);
    expect(json()).toMatchObject({ vocabulary: 17 });
    const near = await place.run(`neighbors ${format}-model The-boat --count 4 --json`);
    const { neighbors } = near.json<{ neighbors: { word: string }[] }>();
    expect(neighbors.map(({ word }) => word).toSorted()).toEqual(
      ["anchor", "harbor", "sail", "wave"].map((word) => `The-${word}`),
    );
    const measured = await place.run(`evaluate ${format}-model --json`);
    expect(measured.json()).toMatchObject(json<{ test: object }>().test);
  });

  test("goes on to the same numbers as an uninterrupted run", async () => {
    const line = ["train", "embeddings", ...small, "--json", "--decay", "constant"];
    const whole = await place.run([...line, "--steps", "6", "--out", "whole"]);
    await place.run([...line, "--steps", "3", "--out", "halves"]);
    const resumed = await place.run("train embeddings --out halves --resume --steps 6 --json");
    expect(resumed.json().test).toEqual(whole.json().test);
  });

  test("says what is wrong with the text, and leaves no file behind", async () => {
    await writeFile(join(place.directory, "short.txt"), "a b a b");
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith("widehead-text-"));
    const short = await place.run("train embeddings --data short.txt --json");
    expect(short.json()).toMatchObject({ error: { code: "ERR_FORMAT" } });
    const thin = await place.run(["train", "embeddings", ...small, "--subsample", "1e-9", "--json"]);
    expect(thin.json()).toMatchObject({
      error: { code: "ERR_FORMAT", message: expect.stringContaining("sub-sampling") },
    });
    const other = await place.run("train embeddings --data text.txt --out vectors --resume --json");
    expect(other.json()).toMatchObject({ error: { code: "ERR_FORMAT", message: expect.stringContaining("--data") } });
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith("widehead-text-"))).toEqual(before);
  });
});

describe("a run of word vectors", () => {
  test("is measured as it was after training, and on all of another text", async () => {
    const { test } = trained.json<{ test: object }>();
    expect((await place.run("evaluate vectors --json")).json()).toMatchObject({ directory: "vectors", ...test });
    await writeFile(join(place.directory, "other.txt"), "apple bread butter, cheese honey apple.");
    const { json } = await place.run("evaluate vectors --data other.txt --json");
    expect(json()).toMatchObject({ data: join(place.directory, "other.txt") });
    expect(json().loss).not.toBe(trained.json<{ test: { loss: number } }>().test.loss);
  });

  test("agrees with people on pairs of words", async () => {
    const { json } = await place.run("evaluate similarity vectors --pairs pairs.tsv --json");
    expect(json()).toMatchObject({ covered: 16, total: 17 });
    expect(json().correlation).toBeGreaterThan(separated);
    expect((await place.run("evaluate similarity vectors --pairs pairs.tsv")).out).toContain("16 of 17");
  });

  test("reads SimLex-999's own form, and has no correlation of one pair", async () => {
    const line = "boat\tsail\tN\t8.1\t4.9\t4.5\t4\t2.1\t1\t1.07";
    const header = "word1\tword2\tPOS\tSimLex999\tconc(w1)\tconc(w2)\tconcQ\tAssoc(USF)\tSimAssoc333\tSD(SimLex)";
    await writeFile(join(place.directory, "simlex.txt"), `${header}\n${line}\n`);
    const ran = await place.run("evaluate similarity vectors --pairs simlex.txt");
    expect(ran.out).toContain("undefined");
    expect((await place.run("evaluate similarity vectors --pairs simlex.txt --json")).json()).toMatchObject({
      covered: 1,
    });
  });

  test("answers analogies with words of the third one's topic", async () => {
    const { json } = await place.run("analogies vectors boat sail apple --count 3 --json");
    const { analogies } = json<{ analogies: { word: string }[] }>();
    expect(analogies).toHaveLength(3);
    expect(topics[1]).toContain(analogies[0]!.word);
    expect(analogies.map(({ word }) => word)).not.toContain("apple");
  });

  test("is exported in word2vec's text format, without marks of its own", async () => {
    expect((await place.run("export vectors --out words.txt --json")).json()).toEqual({
      file: "words.txt",
      words: 15,
      dimensions: 4,
    });
    const { words, vectors } = await readWordVectors(join(place.directory, "words.txt"));
    expect(words.toSorted()).toEqual(topics.flat().toSorted());
    expect(vectors).toHaveLength(60);
  });

  test("names an unknown word, with words like it", async () => {
    const { code, err } = await place.run("neighbors vectors hamer");
    expect(code).toBe(2);
    expect(err).toContain('such as "hammer"');
    expect((await place.run("analogies vectors boat sail --json")).code).toBe(2);
    expect((await place.run("analogies vectors boat nosuchword sail --json")).json()).toMatchObject({
      error: { code: "ERR_OPTION", details: { argument: "B" } },
    });
    expect((await place.run("export vectors --json")).json()).toMatchObject({ error: { code: "ERR_OPTION" } });
  });
});

test("a language model's vectors are asked the same way", async () => {
  await place.run(["train", "language-model", ...tiny, "--steps", "60", "--out", "model"]);
  await writeFile(
    join(place.directory, "colors.tsv"),
    "red\tgreen\t5\ngreen\tblue\t4\nred\tletter\t1\nred\tpurple\t2\n",
  );
  const { json } = await place.run("evaluate similarity model --pairs colors.tsv --json");
  expect(json()).toMatchObject({ covered: 3, total: 4, correlation: expect.any(Number) });
  // Embeddings of 4 numbers beside output weights of 6 and the bias.
  expect((await place.run("export model --out model.txt --json")).json()).toMatchObject({ words: 11, dimensions: 11 });
  const { words, vectors, dimensions } = await readWordVectors(join(place.directory, "model.txt"));
  const vector = (word: string) => vectors.subarray(words.indexOf(word) * dimensions).subarray(0, dimensions);
  expect(Math.hypot(...vector("red"))).toBeCloseTo(Math.SQRT2, 5);
});

test("a model of something else has no vectors of words", async () => {
  await writeFile(join(place.directory, "likes.tsv"), likes());
  const options = "--data likes.tsv --features 4 --epochs 1 --batch 8 --out likes".split(" ");
  expect((await place.run(["train", "recommender", ...options])).code).toBe(0);
  const { json } = await place.run("export likes --out likes.txt --json");
  expect(json()).toMatchObject({ error: { code: "ERR_OPTION", message: expect.stringContaining("recommender") } });
});

function likes(): string {
  const pair = (_: unknown, i: number) => `u${i % 20}\ti${(7 * i) % 13}`;
  return ["user\titem", ...Array.from({ length: 160 }, pair)].join("\n");
}
