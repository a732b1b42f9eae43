import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { documentsOf, type TokenFile } from "@widehead/data";
import { expect, test } from "vitest";
import { isLarge, openText } from "../src/tasks/words/text.ts";
import { createWorkplace, sampleText, tiny } from "./support.ts";

const options = { data: "text.txt", minimumCount: 2 };

test("a text too large for memory is the same on disk, and gone after disposal", async () => {
  await using place = await createWorkplace();
  using inMemory = await openText(options, place.directory);
  const onDisk = await openText({ ...options, inMemory: 100 }, place.directory);
  expect([inMemory.isOnDisk, onDisk.isOnDisk]).toEqual([false, true]);
  expect(onDisk.fingerprint).toBe(inMemory.fingerprint);
  expect(onDisk.vocabulary.toJSON()).toEqual(inMemory.vocabulary.toJSON());
  for (const part of ["train", "validation", "test"] as const) {
    expect(documentsOf(onDisk[part])).toEqual(documentsOf(inMemory[part]));
  }
  const folder = dirname((onDisk.train as TokenFile).path);
  expect(existsSync(folder)).toBe(true);
  onDisk[Symbol.dispose]();
  expect(existsSync(folder)).toBe(false);
});

test("a large text that is none is an error of its file", async () => {
  await using place = await createWorkplace();
  await writeFile(join(place.directory, "text.txt"), new Uint8Array(200));
  await expect(openText({ ...options, inMemory: 100 }, place.directory)).rejects.toMatchObject({ code: "ERR_FORMAT" });
});

test("gzipped texts count for what they unpack to", async () => {
  await using place = await createWorkplace();
  const path = join(place.directory, "text.gz");
  await writeFile(path, new Uint8Array(100));
  expect([
    isLarge(path, 399),
    isLarge(path, 400),
    isLarge("sotu", 0),
    isLarge(join(place.directory, "none"), 0),
  ]).toEqual([true, false, false, false]);
});

test("models train on a text that stays on disk, and are measured on it as after training", async () => {
  await using place = await createWorkplace();
  const blank = Buffer.alloc(2 ** 26, " ");
  await writeFile(join(place.directory, "text.txt"), Buffer.concat([Buffer.from(`${sampleText()}\n\n`), blank]));
  const model = await place.run(["train", "language-model", ...tiny, "--steps", "20", "--out", "model", "--json"]);
  expect(model.json()).toMatchObject({ steps: 20, test: { perplexity: expect.any(Number) } });
  expect(model.json()).not.toHaveProperty("baselines");
  expect((await place.run("evaluate model --json")).json()).toMatchObject(model.json<{ test: object }>().test);
  const words = "--data text.txt --embedding 4 --batch 16 --subsample 1 --steps 3 --out words --json".split(" ");
  expect((await place.run(["train", "embeddings", ...words])).json()).toMatchObject({ steps: 3 });
  const copied = await place.run(["evaluate", "words", "--data", "other.txt", "--json"]);
  expect(copied.json()).toMatchObject({ error: { code: "ERR_IO" } });
  await writeFile(join(place.directory, "other.txt"), Buffer.concat([Buffer.from(`${sampleText()}\n\nred`), blank]));
  const other = await place.run("evaluate words --data other.txt --json");
  expect(other.json()).toMatchObject({ error: { code: "ERR_OPTION", message: expect.stringContaining("64 MiB") } });
});
