import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sparseFromRows } from "@widehead/data";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { suggestions } from "../src/suggest.ts";
import { detectFormat } from "../src/tasks/sparse/format.ts";
import { nearestRows } from "../src/tasks/sparse/nearest.ts";
import { fingerprintOf, meanRow, partition, resized, varianceAbout } from "../src/tasks/sparse/rows.ts";
import { unitRows, useOf, weightingOf } from "../src/tasks/sparse/weighting.ts";
import { createWorkplace, type Workplace } from "./support.ts";

let place: Workplace;
beforeAll(async () => {
  place = await createWorkplace();
});
afterAll(() => place[Symbol.asyncDispose]());

describe("detectFormat", () => {
  test.each([
    ["user\titem\trating\n1\t2\t3\n", "table"],
    ["a,b\nc,d\n", "table"],
    ["1::2::5\n1::3::4\n", "table"],
    ["1 2 5\n1 3 4\n", "table"],
    ["1 2 3 4 5\n\n6 7\n", "lists"],
    ["3 4 2\n0,1 0:1 3:2\n", "libsvm"],
    ["0,1 0:1 3:2\n", "libsvm"],
    ['\n{"text": "a"}\n', "records"],
    ["PAR1....", "records"],
    ["It was, he said, a day.\nA bright one, too, and cold.\n", "text"],
    ["no marks at all\n", "text"],
  ])("%j is %s", async (content, format) => {
    const path = join(place.directory, "file");
    await writeFile(path, content);
    expect(await detectFormat(path)).toBe(format);
  });

  test("throws ERR_IO where there is nothing", async () => {
    await expect(detectFormat(join(place.directory, "none"))).rejects.toMatchObject({ code: "ERR_IO" });
  });
});

describe("suggestions", () => {
  test("are names a slip or two away, or longer ones, the nearest first", () => {
    expect(suggestions("mathrix", ["The Matrix", "matrix", "Mathrix 2", "other"])).toEqual(["Mathrix 2", "matrix"]);
    expect(suggestions("zebra", ["horse"])).toEqual([]);
  });
});

const rows = sparseFromRows([{ ids: [0, 2], values: [3, 4] }, { ids: [1] }, { ids: [] }], { columns: 3 });

describe("rows", () => {
  test("are sorted into parts that are all of them", () => {
    const [even, odd] = partition(rows, 2, (_, id) => id % 2);
    expect([...even!.ids]).toEqual([0, 2]);
    expect([...odd!.ids]).toEqual([1]);
    expect([even!.rows, odd!.columns]).toEqual([3, 3]);
  });

  test("are cut and lengthened", () => {
    expect(resized(rows, 1, 5)).toMatchObject({ rows: 1, columns: 5, offsets: Uint32Array.of(0, 2) });
    expect(resized(rows, 4, 3).offsets).toEqual(Uint32Array.of(0, 2, 3, 3, 3));
  });

  test("vary about their mean", () => {
    const mean = meanRow(rows);
    expect([...mean]).toEqual([1, 1 / 3, 4 / 3]);
    const squares = [4 + 1 / 9 + 64 / 9, 1 + 4 / 9 + 16 / 9, 1 + 1 / 9 + 16 / 9];
    expect(varianceAbout(mean, rows)).toBeCloseTo(squares.reduce((sum, value) => sum + value) / 3, 12);
  });

  test("have another fingerprint when anything else is in them", () => {
    const same = { ...rows, values: rows.values!.slice() };
    expect(fingerprintOf([rows], ["a"])).toBe(fingerprintOf([same], ["a"]));
    same.values[0] = 9;
    expect(fingerprintOf([rows], ["a"])).not.toBe(fingerprintOf([same], ["a"]));
    expect(fingerprintOf([rows], ["a"])).not.toBe(fingerprintOf([rows], ["b"]));
  });
});

describe("tf-idf", () => {
  test("is its definition", () => {
    const { values } = weightingOf("tf-idf", useOf(rows)).apply(rows);
    const rarity = Math.log(4 / 2);
    const expected = [(1 + Math.log(3)) * rarity, (1 + Math.log(4)) * rarity, rarity];
    for (const [n, value] of expected.entries()) expect(values![n]).toBeCloseTo(value, 6);
    expect(weightingOf("none", useOf(rows)).apply(rows)).toBe(rows);
  });

  test("is followed by rows of length 1", () => {
    const { values } = unitRows(rows);
    for (const [n, value] of [0.6, 0.8, 1].entries()) expect(values![n]).toBeCloseTo(value, 6);
  });
});

test("nearest rows go by the cosine, a zero row last of those that agree at all", () => {
  const data = Float64Array.of(1, 0, 2, 0, 1, 1, 0, 0, -1, 0);
  const near = nearestRows({ rows: 5, columns: 2, data }, 0, 4);
  expect(near.map(({ row }) => row)).toEqual([1, 2, 3, 4]);
  expect(near[1]!.similarity).toBeCloseTo(Math.SQRT1_2, 12);
});
