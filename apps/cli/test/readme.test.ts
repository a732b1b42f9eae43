import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sampleTable } from "./interactions.ts";
import { createWorkplace, sampleText, type Workplace } from "./support.ts";
import { sampleRecords } from "./topics.ts";

const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
const lines = [...readme.matchAll(/^ {4}npm run -s widehead -- (.*)$/gm)].map(([, line]) => line!);

/** What makes a command of the README quick, added to it: of an option told twice the last one counts. */
const shorter: Readonly<Record<string, readonly string[]>> = {
  "train language-model": ["--minutes", "0.02", "--features", "6", "--embedding", "4"],
  "train recommender": ["--steps", "2", "--features", "6"],
  "train tagger": ["--steps", "2", "--features", "6"],
  "bench step": ["--outputs", "200", "--features", "6", "--steps", "2"],
  "conform --backend": ["--cases", "kernel/fill"],
};

let place: Workplace;
beforeAll(async () => {
  place = await createWorkplace();
  const sentence = "It was the best of times; it was the time of the red river.";
  await writeFile(join(place.directory, "novel.txt"), `${sampleText()}\n\n${sentence}\n\n${sentence}`);
  await writeFile(join(place.directory, "ratings.csv"), `${sampleTable()}\nu1,Alien,5\nu2,Alien,5\nu2,Aliens,4`);
  await writeFile(join(place.directory, "articles.jsonl"), sampleRecords());
});
afterAll(() => place[Symbol.asyncDispose]());

test("the README shows every command", () => {
  const names = new Set(lines.map((line) => line.split(" ")[0]));
  expect([...names]).toEqual(["train", "predict", "neighbors", "evaluate", "bench", "conform", "doctor"]);
});

test.each(lines)("%s", async (line) => {
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
  const { code, out, err } = await place.run([...words, ...(shorter[words.slice(0, 2).join(" ")] ?? [])]);
  expect(code, err).toBe(0);
  expect(out.trim().length).toBeGreaterThan(0);
});
