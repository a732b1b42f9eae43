import { readFile, truncate } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  documentsOf,
  encodeCorpus,
  openCorpus,
  splitDocuments,
  TokenFile,
  tokenize,
  tokensOf,
  Vocabulary,
} from "../src/index.ts";
import { readPieces } from "../src/tokens/pieces.ts";
import { WordCounter } from "../src/tokens/word-counter.ts";
import { temporaryFolder } from "./files.ts";

const folder = temporaryFolder();

/** Paragraphs whose words repeat, so that a vocabulary has something to keep. */
function paragraphs(count: number): string[] {
  const word = (number: number): string => `w${Math.floor(50 / (1 + (number % 50)))}`;
  return Array.from({ length: count }, (_, p) =>
    Array.from({ length: 5 + (p % 7) }, (_, k) => word(p * 13 + k * 7)).join(" "),
  );
}

async function piecesOf(text: string): Promise<string[]> {
  const path = await folder.write("pieces.txt", text);
  const pieces: string[] = [];
  for await (const piece of readPieces(path)) if (piece.trim() !== "") pieces.push(piece);
  return pieces;
}

describe("readPieces", () => {
  it("cuts at form feeds, dropping names, or at blank lines", async () => {
    expect(await piecesOf("preface\n\fone\na\n\nb\n\ftwo\nc")).toEqual(["preface\n", "a\n\nb\n", "c"]);
    expect(await piecesOf("a\nb\r\n \r\nc\n\n\n\nd\n")).toEqual(["a\nb\r", "c", "d\n"]);
  });

  it("loses nothing of long documents, and cuts them at white space", async () => {
    const lines = Array.from({ length: 40_000 }, (_, line) => `line number ${line}`);
    const byLines = await piecesOf(lines.join("\n"));
    expect(byLines.length).toBeGreaterThan(2);
    expect(byLines.join("")).toBe(lines.join("\n"));
    expect(byLines.slice(1).every((piece) => piece.startsWith("\n"))).toBe(true);
    const bySpaces = await piecesOf(lines.join(" "));
    expect(bySpaces.join("")).toBe(lines.join(" "));
    expect(bySpaces.slice(1).every((piece) => piece.startsWith(" "))).toBe(true);
    expect((await piecesOf("x".repeat(600_000))).map(({ length }) => length)).toEqual([262_144, 262_144, 75_712]);
  });
});

describe("WordCounter", () => {
  it("counts exactly while there is room", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "b", "c", "d")), (words) => {
        const counter = new WordCounter(4);
        for (const word of words) counter.add(word, 1);
        const expected = new Map<string, number>();
        for (const word of words) expected.set(word, (expected.get(word) ?? 0) + 1);
        expect(new Map(counter.counts())).toEqual(expected);
      }),
    );
  });

  it("forgets the rarest, never counts too much, and loses no more than its thresholds", () => {
    const words = fc.array(
      fc.nat(200).map((number) => `w${Math.floor(200 / (1 + number))}`),
      { maxLength: 400 },
    );
    fc.assert(
      fc.property(words, (words) => {
        const counter = new WordCounter(8);
        const exact = new Map<string, number>();
        let times = 0;
        for (const word of words) {
          counter.add(word, 1);
          exact.set(word, (exact.get(word) ?? 0) + 1);
          if (!counter.isFull) continue;
          counter.forget();
          times += 1;
          expect([...counter.counts()].length).toBeLessThanOrEqual(6);
        }
        let total = counter.forgotten;
        for (const [word, count] of counter.counts()) {
          expect(count).toBeLessThanOrEqual(exact.get(word)!);
          total += count;
        }
        expect(total).toBe(words.length);
        if (times === 0) expect(new Map(counter.counts())).toEqual(exact);
      }),
    );
  });

  it("says which ids its words have after forgetting", () => {
    const counter = new WordCounter(3);
    const ids = ["a", "a", "b", "c", "c", "d"].map((word) => counter.add(word, 1));
    const table = counter.forget();
    expect(ids.map((id) => table[id])).toEqual([1, 1, 0, 2, 2, 0]);
    expect(counter.add("c", 1)).toBe(2);
    expect(counter.forgotten).toBe(2);
  });
});

describe("encodeCorpus", () => {
  const text = paragraphs(60);

  it("gives the vocabulary, tokens and parts that a text in memory gives", async () => {
    const path = await folder.write("text.txt.gz", gzipSync(text.join("\n\n")));
    using corpus = await encodeCorpus(path, folder.path("encoded/deep"));
    const expected = splitDocuments(text.map(tokenize));
    const vocabulary = Vocabulary.fromTokens(expected.train.flat());
    expect(corpus.vocabulary.toJSON()).toEqual(vocabulary.toJSON());
    for (const part of ["train", "validation", "test"] as const) {
      expect(documentsOf(corpus[part])).toEqual(expected[part].map((tokens) => vocabulary.encode(tokens)));
    }
    using again = await openCorpus(folder.path("encoded/deep"));
    expect(again.fingerprint).toBe(corpus.fingerprint);
    expect(again.vocabulary.toJSON()).toEqual(vocabulary.toJSON());
    expect(again.train.length).toBe(corpus.train.length);
  });

  it("forgets rare words where there are too many, and keeps every token's place", async () => {
    const rare = text.map((paragraph, p) => `${paragraph} rare${p} seldom${p}`);
    const path = await folder.write("rare.txt", rare.join("\n\n"));
    using corpus = await encodeCorpus(path, folder.path("rare"), { mostWords: 20 });
    const expected = splitDocuments(rare.map(tokenize));
    const { vocabulary } = corpus;
    expect(vocabulary.size).toBeLessThan(20);
    expect(vocabulary.counts.reduce((sum, count) => sum + count, 0)).toBe(expected.train.flat().length);
    const documents = documentsOf(corpus.train);
    expect(documents.map(({ length }) => length)).toEqual(expected.train.map(({ length }) => length));
    documents.forEach((ids, index) => {
      for (const [k, id] of ids.entries()) {
        expect([vocabulary.unknown, vocabulary.idOf(expected.train[index][k])]).toContain(id);
      }
    });
  });

  it("counts a word written as <unk> with the unknown ones, and keeps the vocabulary as small as told", async () => {
    const path = await folder.write("unknown.txt", text.map((paragraph) => `<unk> ${paragraph}`).join("\n\n"));
    using corpus = await encodeCorpus(path, folder.path("unknown"), { largestSize: 5 });
    expect(corpus.vocabulary.size).toBe(5);
    expect(corpus.vocabulary.counts.reduce((sum, count) => sum + count, 0)).toBe(corpus.train.length);
  });

  it("reports progress", async () => {
    const path = await folder.write("long.txt", paragraphs(250).join("\n\n"));
    const seen: number[] = [];
    using _ = await encodeCorpus(path, folder.path("progress"), { onProgress: (tokens) => seen.push(tokens) });
    expect(seen).toHaveLength(2);
    expect(seen[1]).toBeGreaterThan(seen[0]);
  });

  it("refuses what it cannot encode", async () => {
    const short = await folder.write("short.txt", paragraphs(19).join("\n\n"));
    const encode = (path: string, options = {}) => encodeCorpus(path, folder.path("refused"), options);
    await expect(encode(short)).rejects.toMatchObject({ code: "ERR_FORMAT", details: { actual: "19" } });
    await expect(openCorpus(folder.path("refused"))).rejects.toMatchObject({ code: "ERR_FORMAT" });
    await expect(encode(folder.path("missing.txt"))).rejects.toMatchObject({ code: "ERR_IO" });
    await expect(encode(short, { mostWords: 1 })).rejects.toMatchObject({ code: "ERR_OPTION" });
    await expect(encode(short, { mostWords: 2 ** 24 })).rejects.toMatchObject({ code: "ERR_OPTION" });
    await expect(encodeCorpus(short, short)).rejects.toMatchObject({ code: "ERR_IO" });
  });

  it("refuses to open what is not whole", async () => {
    await expect(openCorpus(folder.path("nowhere"))).rejects.toMatchObject({ code: "ERR_IO" });
    const path = await folder.write("whole.txt", text.join("\n\n"));
    const target = folder.path("cut");
    (await encodeCorpus(path, target))[Symbol.dispose]();
    const facts = JSON.parse(await readFile(`${target}/corpus.json`, "utf8")) as { tokens: { test: number } };
    await truncate(`${target}/test.tokens`, 4);
    await expect(openCorpus(target)).rejects.toMatchObject({ code: "ERR_FORMAT", details: { actual: "4 bytes" } });
    await folder.write("cut/corpus.json", JSON.stringify({ ...facts, vocabulary: null }));
    await expect(openCorpus(target)).rejects.toMatchObject({ code: "ERR_FORMAT" });
    await folder.write("cut/corpus.json", "no json");
    await expect(openCorpus(target)).rejects.toMatchObject({ code: "ERR_FORMAT" });
  });
});

describe("TokenFile", () => {
  it("reads any part until it is disposed", async () => {
    const bytes = new Uint8Array(Uint32Array.of(5, 6, 7).buffer);
    const file = await TokenFile.open(await folder.write("three.tokens", bytes), 3);
    const into = new Uint32Array(2);
    file.read(1, into);
    expect([...into]).toEqual([6, 7]);
    expect(() => file.read(2, into)).toThrow(expect.objectContaining({ code: "ERR_INDEX_RANGE" }));
    expect(() => file.read(-1, into)).toThrow(expect.objectContaining({ code: "ERR_INDEX_RANGE" }));
    await truncate(file.path, 4);
    expect(() => file.read(1, into)).toThrow(expect.objectContaining({ code: "ERR_IO" }));
    file[Symbol.dispose]();
    file[Symbol.dispose]();
    expect(() => file.read(0, into)).toThrow(expect.objectContaining({ code: "ERR_DISPOSED" }));
    await expect(TokenFile.open(folder.path("none.tokens"), 3)).rejects.toMatchObject({ code: "ERR_IO" });
  });
});

describe("documentsOf", () => {
  const documents = [Uint32Array.of(1, 2), Uint32Array.of(3), new Uint32Array(70_000).fill(4), Uint32Array.of(5)];

  it("gives back the documents, or the first of them", () => {
    const first = (least?: number) => documentsOf(tokensOf(documents), least).map(String);
    expect(first()).toEqual(documents.map(String));
    expect(first(3)).toEqual(documents.slice(0, 2).map(String));
    expect(first(4)).toEqual(documents.slice(0, 3).map(String));
    expect(documentsOf(tokensOf([new Uint32Array(), documents[0]]))).toEqual([documents[0]]);
  });
});
