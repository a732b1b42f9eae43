import { existsSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Dictionary, readInteractions, readItemLists, readMultiLabel, readNames } from "../src/index.ts";
import { temporaryFolder } from "./files.ts";
import { entriesOf, rowsOfEntries } from "./sparse.ts";

const folder = temporaryFolder();
const development = process.env.WIDEHEAD_DATA ?? "";
const formatError = (line: number | undefined, actual: unknown = expect.any(String)) => ({
  code: "ERR_FORMAT",
  details: { path: expect.any(String), ...(line && { line }), expected: expect.any(String), actual },
});

describe("readInteractions", () => {
  const asTable = (
    rows: readonly { ids: readonly number[]; values: readonly number[] }[],
    line: (user: number, item: number, weight: number) => string,
  ) => rows.flatMap(({ ids, values }, user) => ids.map((item, k) => line(user, item, values[k])));

  it("reads back what was written, with or without header, quoted or not, gzipped or not", async () => {
    const forms = fc.record({
      rows: rowsOfEntries.filter((rows) => rows.some(({ ids }) => ids.length > 0)),
      csv: fc.boolean(),
      header: fc.boolean(),
      packed: fc.boolean(),
      lineEnd: fc.constantFrom("\n", "\r\n"),
    });
    await fc.assert(
      fc.asyncProperty(forms, async ({ rows, csv, header, packed, lineEnd }) => {
        const lines = asTable(rows, (user, item, weight) =>
          csv ? `"u ""${user}"", x",i ${item},${weight}` : `u "${user}", x\ti ${item}\t${weight}`,
        );
        if (header) lines.unshift(csv ? "userId,movieId,rating" : "user\titem\tweight");
        const text = lines.join(lineEnd);
        const path = await folder.write("table", packed ? gzipSync(text) : text);
        const { matrix, users, items } = await readInteractions(path);
        const named = entriesOf(matrix).map((entries, user) => ({
          user: users.nameOf(user),
          entries: Object.fromEntries(Object.entries(entries).map(([id, value]) => [items.nameOf(Number(id)), value])),
        }));
        const expected = rows
          .map(({ ids, values }, user) => ({
            user: `u "${user}", x`,
            entries: Object.fromEntries(ids.map((id, k) => [`i ${id}`, values[k]])),
          }))
          .filter(({ entries }) => Object.keys(entries).length > 0);
        expect(named).toEqual(expected);
      }),
    );
  });

  it("finds columns by usual names, by names told and by places told", async () => {
    const path = await folder.write("named.csv", "when,rating,item_id,user_id,who\n7,2,a,b,c\n");
    expect(entriesOf((await readInteractions(path)).matrix)).toEqual([{ 0: 2 }]);
    expect((await readInteractions(path)).users.names).toEqual(["b"]);
    const told = await readInteractions(path, { columns: { user: "who", item: 2, weight: 0 } });
    expect([told.users.names, told.items.names, entriesOf(told.matrix)]).toEqual([["c"], ["a"], [{ 0: 7 }]]);
    const bare = await folder.write("bare.dat", "1::10::3::978\n1::11::4::979\n");
    expect(entriesOf((await readInteractions(bare)).matrix)).toEqual([{ 0: 3, 1: 4 }]);
    const pairs = await folder.write("pairs.tsv", "x\ty\nx\tz\n");
    expect((await readInteractions(pairs)).items.names).toEqual(["y", "z"]);
    expect((await readInteractions(pairs, { header: true })).items.names).toEqual(["z"]);
  });

  it("sums, replaces or refuses pairs that come again", async () => {
    const path = await folder.write("again.tsv", "u\ta\t2\nu\tb\t1\nu\ta\t3\n");
    expect(entriesOf((await readInteractions(path)).matrix)).toEqual([{ 0: 5, 1: 1 }]);
    expect(entriesOf((await readInteractions(path, { repeated: "last" })).matrix)).toEqual([{ 0: 3, 1: 1 }]);
    const binary = await readInteractions(path, { columns: { weight: false } });
    expect(entriesOf(binary.matrix)).toEqual([{ 0: 1, 1: 1 }]);
    expect(binary.matrix.values).toBeUndefined();
    await expect(readInteractions(path, { repeated: "reject" })).rejects.toMatchObject(formatError(3));
  });

  it("leaves out light interactions, and adds, leaves out or refuses unknown names", async () => {
    const path = await folder.write("light.tsv", "u\ta\t1\nu\tb\t4\nv\tc\t5\n");
    const heavy = await readInteractions(path, { minimumWeight: 4 });
    expect([heavy.items.names, heavy.skipped]).toEqual([["b", "c"], 1]);
    const known = () => Dictionary.fromNames(["c", "b"]);
    const skipping = await readInteractions(path, { items: { dictionary: known(), unknown: "skip" } });
    expect([entriesOf(skipping.matrix), skipping.skipped]).toEqual([[{ 1: 4 }, { 0: 5 }], 1]);
    const adding = await readInteractions(path, { items: { dictionary: known() } });
    expect(adding.items.names).toEqual(["c", "b", "a"]);
    const rejecting = readInteractions(path, { items: { dictionary: known(), unknown: "reject" } });
    await expect(rejecting).rejects.toMatchObject(formatError(1, '"a"'));
    await expect(readInteractions(path, { minimumWeight: -1 })).rejects.toMatchObject({ code: "ERR_OPTION" });
    await expect(readInteractions(path, { separator: "" })).rejects.toMatchObject({ code: "ERR_OPTION" });
    await expect(readInteractions(path, { users: { unknown: "skip" } })).rejects.toMatchObject({ code: "ERR_OPTION" });
  });

  it.each([
    ["a missing field", "u\ti\t1\nu\tj\n", 2],
    ["a field too many", "u\ti\nu\tj\t1\n", 2],
    ["a single column", "u\nv\n", 1],
    ["a weight that is text", "u\ti\t1\nu\tj\tx\n", 2],
    ["an empty weight", "u\ti\t1\nu\tj\t\n", 2],
    ["a negative weight", "u\ti\t1\nu\tj\t-1\n", 2],
    ["an infinite weight", "u\ti\t1\nu\tj\tInfinity\n", 2],
    ["an empty name", "u\ti\t1\n\tj\t1\n", 2],
    ["an open quote", 'u,i\n"v,i\n', 2],
    ["text after a quote", 'u,i\n"v"x,i\n', 2],
    ["only a header", "user\titem\n", undefined],
    ["nothing", "", undefined],
    ["zero bytes", Uint8Array.of(97, 9, 0), undefined],
    ["bytes that are not UTF-8", Uint8Array.of(97, 9, 0xff, 10), undefined],
    ["half a gzip file", gzipSync("u\ti\n".repeat(1000)).subarray(0, 20), undefined],
  ])("%s is refused with file and line", async (_, content, line) => {
    const path = await folder.write("refused", content);
    await expect(readInteractions(path)).rejects.toMatchObject(formatError(line));
  });

  it("refuses columns that are not there and files that cannot be read", async () => {
    const path = await folder.write("columns.tsv", "a\tb\n1\t2\n");
    await expect(readInteractions(path, { columns: { user: "c" } })).rejects.toMatchObject(formatError(1));
    await expect(readInteractions(path, { columns: { item: 2 } })).rejects.toMatchObject(formatError(1));
    await expect(readInteractions(folder.path("missing"))).rejects.toMatchObject({ code: "ERR_IO" });
    await expect(readInteractions(folder.path("."))).rejects.toMatchObject({ code: "ERR_IO" });
  });
});

describe("readItemLists", () => {
  it("reads ids, a user a line, empty lines too", async () => {
    const path = await folder.write("users.txt", "5 1 9\n\n3\n");
    const { matrix, items } = await readItemLists(path);
    expect(matrix).toEqual({
      rows: 3,
      columns: 10,
      offsets: Uint32Array.of(0, 3, 3, 4),
      ids: Uint32Array.of(1, 5, 9, 3),
    });
    expect(items).toBeUndefined();
    expect((await readItemLists(path, { columns: 12 })).matrix.columns).toBe(12);
  });

  it("reads names and leading counts", async () => {
    const path = await folder.write("users.txt", "2 b a\n0\n1 b\n");
    const { matrix, items } = await readItemLists(path, { items: {}, leadingCount: true });
    expect([items!.names, entriesOf(matrix)]).toEqual([
      ["b", "a"],
      [{ 0: 1, 1: 1 }, {}, { 0: 1 }],
    ]);
    const known = { dictionary: Dictionary.fromNames(["a"]), unknown: "skip" } as const;
    expect((await readItemLists(path, { items: known, leadingCount: true })).skipped).toBe(2);
  });

  it.each([
    ["an id that is text", "1 2\n3 x\n", {}, 2],
    ["a negative id", "-1\n", {}, 1],
    ["an id out of range", "1\n2\n", { columns: 2 }, 2],
    ["a repeated item", "1 2 1\n", {}, 1],
    ["a wrong count", "1 5\n2 5\n", { leadingCount: true }, 2],
    ["no item", "\n\n", {}, undefined],
  ])("%s is refused", async (_, content, options, line) => {
    const path = await folder.write("refused.txt", content);
    await expect(readItemLists(path, options)).rejects.toMatchObject(formatError(line));
  });

  it("refuses a number of columns that is none", async () => {
    await expect(readItemLists("any", { columns: 0 })).rejects.toMatchObject({ code: "ERR_OPTION" });
  });
});

describe("readMultiLabel", () => {
  it("reads back what was written, with or without header", async () => {
    const examples = fc.array(fc.record({ features: rowsOfEntries, labels: fc.uniqueArray(fc.nat(9)) }), {
      minLength: 1,
    });
    await fc.assert(
      fc.asyncProperty(examples, fc.boolean(), async (examples, header) => {
        const rows = examples.map(({ features: [{ ids, values } = { ids: [], values: [] }], labels }) => {
          return { ids, values, labels };
        });
        const lines = rows.map(
          ({ ids, values, labels }) => `${labels.join(",")} ${ids.map((id, k) => `${id}:${values[k]}`).join(" ")}`,
        );
        const filled = lines.filter((line) => line.trim() !== "");
        fc.pre(filled.length === lines.length);
        if (header) lines.unshift(`${rows.length} 20 10`);
        const { features, labels } = await readMultiLabel(await folder.write("labels.txt", `${lines.join("\n")}\n`));
        expect(entriesOf(features)).toEqual(
          rows.map(({ ids, values }) => Object.fromEntries(ids.map((id, k) => [id, values[k]]))),
        );
        expect(entriesOf(labels)).toEqual(rows.map(({ labels }) => Object.fromEntries(labels.map((id) => [id, 1]))));
        if (header) expect([features.columns, labels.columns]).toEqual([20, 10]);
      }),
    );
  });

  it("takes examples without labels, comments and sizes told", async () => {
    const path = await folder.write("libsvm.txt", "0,2 1:0.5 3:-1 # note\n 2:1\n4:2\n1\n# only a note\n");
    const { features, labels } = await readMultiLabel(path, { features: 9, labels: 5 });
    expect(entriesOf(features)).toEqual([{ 1: 0.5, 3: -1 }, { 2: 1 }, { 4: 2 }, {}]);
    expect(entriesOf(labels)).toEqual([{ 0: 1, 2: 1 }, {}, {}, { 1: 1 }]);
    expect([features.columns, labels.columns]).toEqual([9, 5]);
  });

  it.each([
    ["a feature out of the header's range", "1 3 2\n0 3:1\n", 2],
    ["a label out of the header's range", "1 3 2\n2 0:1\n", 2],
    ["another number of rows", "2 3 2\n0 0:1\n", undefined],
    ["a value that is text", "0 1:x\n", 1],
    ["a feature without value", "0 1:1 2\n", 1],
    ["a label that is text", "a 1:1\n", 1],
    ["an empty label", "0, 1:1\n", 1],
    ["a repeated label", "0,0 1:1\n", 1],
    ["a repeated feature", "0 1:1 1:2\n", 1],
    ["no example", "0 0 0\n", undefined],
  ])("%s is refused", async (_, content, line) => {
    await expect(readMultiLabel(await folder.write("refused.txt", content))).rejects.toMatchObject(formatError(line));
  });

  it("refuses sizes that are none", async () => {
    await expect(readMultiLabel("any", { labels: 0 })).rejects.toMatchObject({ code: "ERR_OPTION" });
  });
});

describe("readNames", () => {
  it("numbers names by their lines", async () => {
    const names = await readNames(await folder.write("names.txt", "b\r\na b\r\n"));
    expect([names.names, names.idOf("a b")]).toEqual([["b", "a b"], 1]);
  });

  it.each([
    ["a name that comes again", "a\nb\na\n", 3],
    ["an empty name", "a\n\nb\n", 2],
    ["no name", "", undefined],
  ])("%s is refused", async (_, content, line) => {
    await expect(readNames(await folder.write("refused.txt", content))).rejects.toMatchObject(formatError(line));
  });
});

describe.skipIf(!existsSync(join(development, "recommend")))("development data", () => {
  it("ml-100k has the sizes that its README gives", async () => {
    const { matrix, users, items } = await readInteractions(join(development, "recommend/ml-100k/train.tsv"));
    expect([matrix.ids.length, users.size, items.size]).toEqual([80_367, 943, 1_662]);
  });

  it("citeulike-a has the sizes that its README gives", async () => {
    const { matrix } = await readItemLists(join(development, "recommend/citeulike-a/users.txt"));
    expect([matrix.ids.length, matrix.rows, matrix.columns]).toEqual([204_986, 5_551, 16_980]);
  });

  it("citeulike-t has the sizes that its README gives", async () => {
    const { features, labels } = await readMultiLabel(join(development, "tags/citeulike-t/train.txt.gz"));
    expect([features.rows, features.columns, features.ids.length]).toEqual([20_756, 20_000, 392_465]);
    expect([labels.rows, labels.columns, labels.ids.length]).toEqual([20_756, 8_311, 181_523]);
    expect((await readNames(join(development, "tags/citeulike-t/features.txt"))).size).toBe(20_000);
  });
});
