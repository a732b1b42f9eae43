import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readWordPairs, readWordVectors, writeWordVectors } from "../src/index.ts";
import { temporaryFolder } from "./files.ts";

const folder = temporaryFolder();
const development = process.env.WIDEHEAD_DATA ?? "";
const formatError = (line?: number) => ({
  code: "ERR_FORMAT",
  details: {
    path: expect.any(String),
    ...(line && { line }),
    expected: expect.any(String),
    actual: expect.any(String),
  },
});

describe("readWordPairs", () => {
  const pair = { first: "kettle", second: "teapot", score: 7.43 };

  it("reads tables with and without header", async () => {
    expect(await readWordPairs(await folder.write("pairs.tsv", "kettle\tteapot\t7.43\n"))).toEqual([pair]);
    const named = await folder.write("named.tsv", "word1\tword2\tscore\nkettle\tteapot\t7.43\n");
    expect(await readWordPairs(named)).toEqual([pair]);
    expect(await readWordPairs(await folder.write("spaced.txt", "kettle teapot 7.43\n"))).toEqual([pair]);
    const told = await folder.write("told.tsv", "a\tb\tc\td\n1\tteapot\tkettle\t7.43\n");
    const columns = { first: "c", second: "b", score: 3 };
    expect(await readWordPairs(told, { columns })).toEqual([pair]);
  });

  it("reads the forms of SimLex-999 and WordSim-353", async () => {
    const simlex =
      "word1\tword2\tPOS\tSimLex999\tconc(w1)\tconc(w2)\tconcQ\tAssoc(USF)\tSimAssoc333\tSD(SimLex)\r\n" +
      "kettle\tteapot\tN\t7.43\t4.91\t4.88\t4\t2.15\t1\t1.07\r\n";
    expect(await readWordPairs(await folder.write("simlex.txt", simlex))).toEqual([pair]);
    const wordsim = "Word 1,Word 2,Human (mean)\nkettle,teapot,7.43\n";
    expect(await readWordPairs(await folder.write("wordsim.csv", wordsim))).toEqual([pair]);
  });

  it.each([
    ["a score that is text", "a\tb\t1\nc\td\te\n", 2],
    ["a missing field", "a\tb\t1\nc\td\n", 2],
    ["an empty word", "a\tb\t1\n\td\t2\n", 2],
    ["two columns", "a\tb\n", 1],
    ["only a header", "word1\tword2\tscore\n", undefined],
  ])("%s is refused", async (_, content, line) => {
    await expect(readWordPairs(await folder.write("refused", content))).rejects.toMatchObject(formatError(line));
  });
});

describe("word vectors", () => {
  const float = fc.float({ noNaN: true, noDefaultInfinity: true });
  const word = fc.string({ minLength: 1, unit: "grapheme" }).filter((text) => !/[\s\0]/.test(text));

  it("are read back to the bit", async () => {
    const tables = fc.integer({ min: 1, max: 4 }).chain((dimensions) =>
      fc.array(fc.tuple(word, fc.array(float, { minLength: dimensions, maxLength: dimensions })), {
        minLength: 1,
        maxLength: 6,
      }),
    );
    await fc.assert(
      fc.asyncProperty(tables, async (table) => {
        const words = table.map(([word]) => word);
        const vectors = Float32Array.from(table.flatMap(([, vector]) => vector)).map((x) => x + 0);
        const path = folder.path("vectors.txt");
        await writeWordVectors(path, { words, vectors, dimensions: table[0][1].length });
        expect(await readWordVectors(path)).toEqual({ words, vectors, dimensions: table[0][1].length });
      }),
    );
  });

  it("are written from blocks, in few digits", async () => {
    const path = folder.path("blocks.txt");
    const blocks = [Float32Array.of(0.1, -2, 3e-9, 1), Float32Array.of(1 / 3, 0)];
    await writeWordVectors(path, { words: ["a", "b", "c"], dimensions: 2, vectors: blocks });
    expect(await readFile(path, "utf8")).toBe("3 2\na 0.1 -2\nb 3e-9 1\nc 0.33333334 0\n");
  });

  it("are read from GloVe's form, from lines that end in a space, and gzipped", async () => {
    const expected = { words: ["a", "b"], vectors: Float32Array.of(1, 2, 3, 4), dimensions: 2 };
    expect(await readWordVectors(await folder.write("glove.txt", "a 1 2\nb 3 4\n"))).toEqual(expected);
    expect(await readWordVectors(await folder.write("fast.vec.gz", gzipSync("2 2\na 1 2 \nb 3 4 \n")))).toEqual(
      expected,
    );
  });

  it.each([
    ["a missing number", "2 2\na 1 2\nb 3\n", 3],
    ["a number that is none", "2 2\na 1 2\nb 3 x\n", 3],
    ["a word without numbers", "word\n", 1],
    ["fewer words than said", "3 2\na 1 2\nb 3 4\n", undefined],
    ["no word", "0 2\n", undefined],
  ])("%s is refused", async (_, content, line) => {
    await expect(readWordVectors(await folder.write("refused", content))).rejects.toMatchObject(formatError(line));
  });

  it("that cannot be written are refused", async () => {
    const write = (words: string[], vectors: number[], path = folder.path("refused.txt")) =>
      writeWordVectors(path, { words, vectors: Float32Array.from(vectors), dimensions: 1 });
    await expect(write(["a b"], [1])).rejects.toMatchObject({ code: "ERR_OPTION" });
    await expect(write([""], [1])).rejects.toMatchObject({ code: "ERR_OPTION" });
    await expect(write(["a", "b"], [1])).rejects.toMatchObject({ code: "ERR_OPTION" });
    await expect(write(["a"], [1, 2])).rejects.toMatchObject({ code: "ERR_OPTION" });
    await expect(write(["a"], [Number.NaN])).rejects.toMatchObject({ code: "ERR_NOT_FINITE" });
    await expect(write(["a"], [1], folder.path("none/refused.txt"))).rejects.toMatchObject({ code: "ERR_IO" });
  });
});

describe.skipIf(!existsSync(join(development, "similarity")))("development data", () => {
  it.each([
    ["wordsim353.tsv", 353],
    ["men.tsv", 3_000],
    ["rg65.tsv", 65],
    ["mturk287.tsv", 287],
    ["simlex-format-sample.txt", 5],
  ])("%s has the pairs that its README gives", async (name, count) => {
    expect(await readWordPairs(join(development, "similarity", name))).toHaveLength(count);
  });
});
