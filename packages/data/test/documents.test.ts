import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cutDocuments, readDocuments, splitDocuments, tokenize, Vocabulary } from "../src/index.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "widehead-data-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

describe("the State of the Union addresses", () => {
  it("are 233 documents of 1.8 M words, exactly as packed", async () => {
    const documents = await readDocuments("sotu");
    expect(documents).toHaveLength(233);
    expect(documents[0]!.name).toBe("1790_george_washington_n");
    expect(documents.at(-1)!.name).toBe("2021_joseph_r_biden_d");
    const words = documents.reduce((sum, { text }) => sum + text.split(/\s+/).length, 0);
    expect(words).toBe(1_794_884);
    const packed = gunzipSync(await readFile(new URL("../assets/sotu.txt.gz", import.meta.url))).toString("utf8");
    expect(documents.map(({ name, text }) => `\f${name}\n${text}\n`).join("")).toBe(packed);
  });

  it("give about 16,500 words seen twice or more in training", async () => {
    const { train, validation, test } = splitDocuments(await readDocuments("sotu"));
    expect([train.length, validation.length, test.length]).toEqual([211, 11, 11]);
    const vocabulary = Vocabulary.fromTokens(train.flatMap(({ text }) => tokenize(text)));
    expect(vocabulary.size).toBeGreaterThan(15_000);
    expect(vocabulary.size).toBeLessThan(19_000);
    expect(vocabulary.wordOf(0)).toBe("the");
  });
});

describe("text files", () => {
  it("are read plain and gzipped, with either line end and a byte order mark", async () => {
    const expected = [
      { name: "one", text: "a\nb" },
      { name: "part 2", text: "c" },
    ];
    const text = "\ufeff\fone\r\na\r\nb\r\n\f\r\nc\r\n";
    expect(await readDocuments(await file("plain.txt", text))).toEqual(expected);
    expect(await readDocuments(await file("packed.txt.gz", gzipSync(text)))).toEqual(expected);
  });

  it.each([
    ["empty", ""],
    ["blank", " \n\n\t"],
    ["binary", Uint8Array.of(72, 0, 105)],
    ["latin1", Uint8Array.of(72, 0xe9, 105)],
    ["damaged.gz", gzipSync("some text that is cut short").subarray(0, 20)],
  ])("%s content is refused with path, expected and actual", async (name, content) => {
    const path = await file(name, content);
    await expect(readDocuments(path)).rejects.toMatchObject({
      code: "ERR_FORMAT",
      details: { path, expected: expect.any(String), actual: expect.any(String) },
    });
  });

  it("that cannot be read are refused with the cause", async () => {
    const path = join(folder, "missing.txt");
    await expect(readDocuments(path)).rejects.toMatchObject({
      code: "ERR_IO",
      details: { path },
      cause: { code: "ENOENT" },
    });
    await expect(readDocuments(folder)).rejects.toMatchObject({ code: "ERR_IO", cause: { code: "EISDIR" } });
  });
});

describe("cutting", () => {
  const lines = (count: number, separator: string): string =>
    Array.from({ length: count }, (_, line) => `line ${line}`).join(separator);

  it("text before the first form feed is a document too", () => {
    expect(cutDocuments("preface\n\fone\ntext")).toEqual([
      { name: "part 0", text: "preface" },
      { name: "one", text: "text" },
    ]);
  });

  it("takes paragraphs where there are 40", () => {
    expect(cutDocuments(lines(40, "\n\n"))).toHaveLength(40);
    expect(cutDocuments(lines(40, "\n \n"))[39]).toEqual({ name: "part 40", text: "line 39" });
  });

  it.each([1, 39, 199, 200, 201, 1000])("takes runs of %d lines in order, at most 200", (count) => {
    const text = lines(count, "\n");
    const documents = cutDocuments(text);
    expect(documents).toHaveLength(Math.min(count, 200));
    expect(documents.map((document) => document.text).join("\n")).toBe(text);
  });

  const data = process.env.WIDEHEAD_DATA;
  it.skipIf(data === undefined)("the King James text gives 200 runs of verses (needs WIDEHEAD_DATA)", async () => {
    const documents = await readDocuments(join(data!, "text", "kjv.txt.gz"));
    expect(documents).toHaveLength(200);
    expect(splitDocuments(documents).test).toHaveLength(10);
    expect(tokenize(documents[0]!.text).slice(0, 13).join(" ")).toBe(
      "in the beginning god created the heaven and the earth . </s> and",
    );
  });
});

describe("splitting", () => {
  it("gives every 20th to test and the one before to validation", () => {
    const { train, validation, test } = splitDocuments(Array.from({ length: 45 }, (_, index) => index));
    expect(test).toEqual([19, 39]);
    expect(validation).toEqual([18, 38]);
    expect(train).toHaveLength(41);
  });

  it("needs 20 documents", () => {
    const split = (count: number) => splitDocuments(new Array<string>(count).fill("text"));
    expect(split(20)).toMatchObject({ validation: ["text"], test: ["text"] });
    expect(() => split(19)).toThrow(
      expect.objectContaining({ code: "ERR_FORMAT", details: { argument: "documents", expected: 20, actual: 19 } }),
    );
  });
});
