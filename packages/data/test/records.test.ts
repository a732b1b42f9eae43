import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { Dictionary, readBags, readInteractions, readRecords } from "../src/index.ts";
import { temporaryFolder } from "./files.ts";
import { entriesOf } from "./sparse.ts";

const folder = temporaryFolder();
const formatError = (line?: number) => ({
  code: "ERR_FORMAT",
  details: {
    path: expect.any(String),
    ...(line && { line }),
    expected: expect.any(String),
    actual: expect.any(String),
  },
});

const jsonLines = (...records: unknown[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join("");

async function parquet(name: string, columns: Parameters<typeof parquetWriteBuffer>[0]): Promise<string> {
  return folder.write(name, new Uint8Array(parquetWriteBuffer(columns)));
}

async function recordsOf(path: string): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const { lines, records } of readRecords(path)) {
    all.push(...records.map((record, k) => [lines[k], record]));
  }
  return all;
}

describe("readRecords", () => {
  it("reads JSON lines with the line of each, gzipped or not", async () => {
    const text = `\n${jsonLines({ a: 1 }, { a: [2] })}\n${jsonLines({ b: null })}`;
    const expected = [
      [2, { a: 1 }],
      [3, { a: [2] }],
      [5, { b: null }],
    ];
    expect(await recordsOf(await folder.write("records.jsonl", text))).toEqual(expected);
    expect(await recordsOf(await folder.write("records.jsonl.gz", gzipSync(text)))).toEqual(expected);
  });

  it("reads parquet, one row group after the other", async () => {
    const path = await parquet("records.parquet", {
      columnData: [
        { name: "user", data: ["u", "v", "w"], type: "STRING" },
        { name: "count", data: [1, 2, 3], type: "INT32" },
      ],
      rowGroupSize: 2,
    });
    expect(await recordsOf(path)).toEqual([
      [1, { user: "u", count: 1 }],
      [2, { user: "v", count: 2 }],
      [3, { user: "w", count: 3 }],
    ]);
  });

  it.each([
    ["no object", '{"a":1}\n[1]\n', 2],
    ["no JSON", '{"a":1}\n{"a":\n', 2],
    ["parquet that is cut short", "PAR1 and no more", undefined],
  ])("%s is refused", async (_, content, line) => {
    await expect(recordsOf(await folder.write("refused", content))).rejects.toMatchObject(formatError(line));
  });

  it("refuses parquet whose pages are damaged", async () => {
    const path = await parquet("damaged.parquet", {
      columnData: [{ name: "user", data: Array.from({ length: 100 }, (_, k) => `user ${k}`), type: "STRING" }],
    });
    const bytes = await readFile(path);
    await expect(recordsOf(await folder.write("damaged.parquet", bytes.fill(255, 4, 200)))).rejects.toMatchObject(
      formatError(),
    );
  });
});

describe("readInteractions from records", () => {
  it("takes usual fields, lists of items and numbers as names", async () => {
    const path = await folder.write(
      "interactions.jsonl",
      jsonLines({ user_id: 7, items: ["a", 5], when: 1 }, { user_id: "u", items: "a", when: 2 }),
    );
    const { matrix, users, items } = await readInteractions(path);
    expect([users.names, items.names, entriesOf(matrix)]).toEqual([
      ["7", "u"],
      ["a", "5"],
      [{ 0: 1, 1: 1 }, { 0: 1 }],
    ]);
  });

  it("reads weights where there are some, or those told, or none", async () => {
    const path = await folder.write(
      "weights.jsonl",
      jsonLines({ who: "u", what: "a", rating: 4, plays: 9 }, { who: "u", what: "b", rating: 2, plays: 8 }),
    );
    const columns = { user: "who", item: "what" };
    expect(entriesOf((await readInteractions(path, { columns })).matrix)).toEqual([{ 0: 4, 1: 2 }]);
    const plays = await readInteractions(path, { columns: { ...columns, weight: "plays" } });
    expect(entriesOf(plays.matrix)).toEqual([{ 0: 9, 1: 8 }]);
    const none = await readInteractions(path, { columns: { ...columns, weight: false } });
    expect(none.matrix.values).toBeUndefined();
  });

  it("reads parquet with 64-bit ids", async () => {
    const path = await parquet("interactions.parquet", {
      columnData: [
        { name: "user", data: [1n, 1n, 2n], type: "INT64" },
        { name: "item", data: ["a", "b", "a"], type: "STRING" },
        { name: "rating", data: [1.5, 2, 1], type: "DOUBLE" },
      ],
    });
    const { matrix, users } = await readInteractions(path);
    expect([users.names, entriesOf(matrix)]).toEqual([
      ["1", "2"],
      [{ 0: 1.5, 1: 2 }, { 0: 1 }],
    ]);
  });

  it.each([
    ["a record without user", jsonLines({ user: "u", item: "i" }, { item: "i" }), 2],
    ["an item that is no name", jsonLines({ user: "u", item: [{ id: 1 }] }), 1],
    ["a null user", jsonLines({ user: null, item: "i" }), 1],
    ["a negative weight", jsonLines({ user: "u", item: "i", weight: -1 }), 1],
    ["a weight that is no number", jsonLines({ user: "u", item: "i", weight: null }), 1],
  ])("%s is refused", async (_, content, line) => {
    await expect(readInteractions(await folder.write("refused", content))).rejects.toMatchObject(formatError(line));
  });
});

describe("readBags", () => {
  it("reads texts, lists, single names, weighted names and nulls", async () => {
    const path = await folder.write(
      "bags.jsonl",
      jsonLines(
        { body: "The cat. The dog!", tags: ["pet", "cat"] },
        { body: "", tags: "dog" },
        { body: null, tags: { cat: 0.5, dog: 2 } },
      ),
    );
    const { text, tags } = await readBags(path, { text: { field: "body", as: "text" }, tags: {} });
    expect(text.names.names).toEqual(["the", "cat", ".", "dog", "!"]);
    expect(entriesOf(text.matrix)).toEqual([{ 0: 2, 1: 1, 2: 1, 3: 1, 4: 1 }, {}, {}]);
    expect(tags.names.names).toEqual(["pet", "cat", "dog"]);
    expect(entriesOf(tags.matrix)).toEqual([{ 0: 1, 1: 1 }, { 2: 1 }, { 1: 0.5, 2: 2 }]);
  });

  it("reads parquet lists, and leaves out unknown names", async () => {
    const path = await parquet("bags.parquet", {
      columnData: [{ name: "tags", data: [["a", "b"], ["c"], []] }],
      schema: [
        { name: "root", num_children: 1 },
        { name: "tags", repetition_type: "OPTIONAL", num_children: 1, converted_type: "LIST" },
        { name: "list", repetition_type: "REPEATED", num_children: 1 },
        { name: "element", repetition_type: "OPTIONAL", type: "BYTE_ARRAY", converted_type: "UTF8" },
      ],
    });
    const names = { dictionary: Dictionary.fromNames(["b", "c"]), unknown: "skip" } as const;
    const { tags } = await readBags(path, { tags: { names } });
    expect([entriesOf(tags.matrix), tags.skipped]).toEqual([[{ 0: 1 }, { 1: 1 }, {}], 1]);
  });

  it.each([
    ["a missing field", jsonLines({ tags: [] }, { tag: [] }), 2],
    ["a list of lists", jsonLines({ tags: [["a"]] }), 1],
    ["a truth value", jsonLines({ tags: true }), 1],
    ["a negative weight", jsonLines({ tags: { a: -1 } }), 1],
    ["an empty name", jsonLines({ tags: [""] }), 1],
    ["no record", "\n", undefined],
  ])("%s is refused", async (_, content, line) => {
    await expect(readBags(await folder.write("refused", content), { tags: {} })).rejects.toMatchObject(
      formatError(line),
    );
  });

  it("refuses a text that is none", async () => {
    const path = await folder.write("refused", jsonLines({ text: ["a"] }));
    await expect(readBags(path, { text: { as: "text" } })).rejects.toMatchObject(formatError(1));
  });
});
