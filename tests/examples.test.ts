import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

let wordnet = "";

beforeAll(() => {
  wordnet = mkdtempSync(join(tmpdir(), "widehead-wordnet-"));
  writeFileSync(join(wordnet, "data.noun"), nouns());
  writeFileSync(join(wordnet, "data.adj"), adjectives());
});

afterAll(() => {
  rmSync(wordnet, { recursive: true, force: true });
});

test("state-of-the-union prints a perplexity and three continuations", () => {
  const printed = runExample("state-of-the-union", "--steps", "50");
  const [words, examples, , perplexity] = figures(printed)[0]!;
  expect([words, examples]).toEqual(["17,941", "6,400"]);
  expect(Number(perplexity!.replace(",", ""))).toBeLessThan(17_941 / 4);
  expect(printed.match(/^> .+ … .+$/gm)).toHaveLength(3);
});

test("wordnet-hypernyms learns what a made-up WordNet's definitions say", () => {
  const printed = runExample("wordnet-hypernyms", "--wordnet", wordnet, "--steps", "150");
  for (const [method, , , first] of figures(printed)) {
    expect({ method, right: Number.parseFloat(first!) > 80 }).toEqual({ method, right: true });
  }
});

test("wordnet-links finds a made-up WordNet's held-out links far better than popularity does", () => {
  const printed = runExample("wordnet-links", "--wordnet", wordnet, "--steps", "300");
  const [factored, , popularity] = figures(printed).map((cells) => Number(cells[4]));
  expect(popularity).toBeGreaterThan(0);
  expect(factored).toBeGreaterThan(2 * popularity!);
});

function runExample(name: string, ...options: string[]): string {
  const script = fileURLToPath(new URL(`../examples/${name}/train.mjs`, import.meta.url));
  return execFileSync(process.execPath, [script, ...options], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** The cells of the rows of a printed table, its head left out. */
function figures(printed: string): string[][] {
  const rows = printed.split("\n").filter((line) => line.startsWith("|"));
  return rows.slice(2).map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** Four kinds, each with 60 synsets under it whose definitions name the kind, and with a part of the same number. */
function nouns(): string {
  const kinds = ["fish", "bird", "metal", "dance"];
  const offset = (kind: number, index: number) => `${1000 * (kind + 1) + index}`.padStart(8, "0");
  const synset = (at: string, word: string, pointers: string[], gloss: string) =>
    `${at} 03 n 01 ${word} 0 ${`${pointers.length}`.padStart(3, "0")} ${pointers.join(" ")} | ${gloss}  `;
  const lines = kinds.flatMap((kind, k) => {
    const below = Array.from({ length: 60 }, (_, i) => i + 1);
    const above = synset(
      offset(k, 0),
      kind,
      below.map((i) => `~ ${offset(k, i)} n 0000`),
      `everything that is a ${kind}`,
    );
    const hyponyms = below.map((i) =>
      synset(
        offset(k, i),
        `${kind}_${i}`,
        [`@ ${offset(k, 0)} n 0000`],
        `a ${kind} of colour ${["red", "green", "blue"][i % 3]}; "the ${kinds[(k + 1) % 4]}"`,
      ),
    );
    return [above, ...hyponyms];
  });
  return ["  1 Lines of the licence begin with spaces.  ", ...lines, ""].join("\n");
}

/** Two adjectives that are antonyms, one of them a satellite with a mark. */
function adjectives(): string {
  return [
    "00000100 00 a 01 hot 0 001 ! 00000200 a 0101 | of a high temperature  ",
    "00000200 00 s 01 cold(p) 0 001 ! 00000100 a 0101 | of a low temperature  ",
    "",
  ].join("\n");
}
