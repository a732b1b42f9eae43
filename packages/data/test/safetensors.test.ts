import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSafetensors, safetensorsChunks } from "../src/index.ts";
import { collect, contents, tensorOf } from "./tensors.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "widehead-safetensors-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(bytes: Uint8Array): Promise<string> {
  const path = join(folder, "file.safetensors");
  await writeFile(path, bytes);
  return path;
}

function fileOf(header: unknown, data: number): Buffer {
  const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(data)]);
}

describe("safetensors", () => {
  it("writes the published layout", async () => {
    const narrow = tensorOf("a", "F32", [1, 3], Buffer.from(Float32Array.of(1, 2, 3).buffer));
    const wide = tensorOf("b", "F64", [1], Buffer.from(Float64Array.of(4).buffer));
    const bytes = await collect(safetensorsChunks([narrow, wide], { made: "by hand" }));
    const length = Number(bytes.readBigUInt64LE(0));
    expect(length % 8).toBe(0);
    expect(bytes.subarray(8, 8 + length).toString()).toMatch(/^\{.*\} *$/);
    expect(JSON.parse(bytes.subarray(8, 8 + length).toString())).toEqual({
      __metadata__: { made: "by hand" },
      b: { dtype: "F64", shape: [1], data_offsets: [0, 8] },
      a: { dtype: "F32", shape: [1, 3], data_offsets: [8, 20] },
    });
    expect(bytes.readDoubleLE(8 + length)).toBe(4);
    expect(bytes.readFloatLE(8 + length + 8 + 8)).toBe(3);
    expect(bytes.length).toBe(8 + length + 20);
  });

  it("reads back what it wrote", async () => {
    const tensor = fc
      .record({
        name: fc
          .oneof(fc.string({ unit: "binary" }), fc.constantFrom("7", "__proto__"))
          .filter((name) => name !== "__metadata__"),
        dtype: fc.constantFrom("F32" as const, "F64" as const, "U32" as const),
        shape: fc.array(fc.nat(4), { maxLength: 3 }),
        chunk: fc.integer({ min: 1, max: 40 }),
        seed: fc.nat(255),
      })
      .map(({ name, dtype, shape, chunk, seed }) => {
        const bytes = shape.reduce((product, size) => product * size, dtype === "F64" ? 8 : 4);
        return tensorOf(
          name,
          dtype,
          shape,
          Uint8Array.from({ length: bytes }, (_, at) => seed + at),
          chunk,
        );
      });
    const tensors = fc.uniqueArray(tensor, { selector: ({ name }) => name, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(tensors, fc.dictionary(fc.string(), fc.string()), async (tensors, metadata) => {
        const path = await written(await collect(safetensorsChunks(tensors, metadata)));
        const file = await readSafetensors(path);
        expect(await contents(file.tensors)).toEqual(await contents(tensors));
        expect({ ...file.metadata }).toEqual({ ...metadata });
      }),
    );
  });

  it("reads in chunks of whole elements, each in its own aligned buffer", async () => {
    const bytes = new Uint8Array(8 * 300_000).map((_, at) => at);
    const path = await written(await collect(safetensorsChunks([tensorOf("x", "F64", [300_000], bytes, 1 << 16)])));
    const chunks: Uint8Array[] = [];
    for await (const chunk of (await readSafetensors(path)).tensors[0]!.chunks()) chunks.push(chunk);
    expect(chunks.length).toBeGreaterThan(1);
    for (const { byteOffset, length, buffer } of chunks) {
      expect([byteOffset, length % 8, buffer.byteLength]).toEqual([0, 0, length]);
    }
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
  });

  it("places tensors beyond 4 GiB", async () => {
    const rows = 2 ** 29 + 1;
    const big = { name: "big", dtype: "F64" as const, shape: [rows, 1], chunks: () => [] };
    const header = (await safetensorsChunks([big, tensorOf("tail", "U32", [1], Uint8Array.of(1, 2, 3, 4))]).next())
      .value!;
    const path = join(folder, "sparse.safetensors");
    const file = await open(path, "w");
    await file.write(header, 0, header.length, 0);
    await file.write(Uint8Array.of(1, 2, 3, 4), 0, 4, header.length + rows * 8);
    await file.close();
    const tail = (await readSafetensors(path)).tensors.find(({ name }) => name === "tail")!;
    expect([...(await collect(tail.chunks()))]).toEqual([1, 2, 3, 4]);
  });

  it.each([3, 5])("refuses a tensor of 4 numbers whose chunks hold %d", async (count) => {
    const tensor = tensorOf("x", "F32", [4], new Uint8Array(count * 4), 4);
    await expect(collect(safetensorsChunks([tensor]))).rejects.toMatchObject({
      code: "ERR_SHAPE",
      details: { expected: 16 },
    });
  });

  it.each([["x"], ["__metadata__"]])("refuses %s as a second or reserved name", async (name) => {
    const tensors = ["x", name].map((name) => tensorOf(name, "F32", [0], new Uint8Array()));
    await expect(collect(safetensorsChunks(tensors))).rejects.toMatchObject({
      code: "ERR_OPTION",
      details: { actual: name },
    });
  });

  const x = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
  it.each([
    ["too short for a length", Buffer.alloc(7)],
    ["a header longer than the file", fileOf({ x }, 8).subarray(0, 20)],
    ["a header that is not JSON", fileOf("{x", 0)],
    ["a header that is no object", fileOf([], 0)],
    ["metadata that is not text", fileOf({ __metadata__: { step: 1 } }, 0)],
    ["an unknown type", fileOf({ x: { ...x, dtype: "BF16" } }, 8)],
    ["an inherited type", fileOf({ x: { ...x, dtype: "toString" } }, 8)],
    ["a negative size", fileOf({ x: { ...x, shape: [-2] } }, 8)],
    ["one offset", fileOf({ x: { ...x, data_offsets: [8] } }, 8)],
    ["a size that differs from the shape", fileOf({ x: { ...x, shape: [3] } }, 8)],
    ["a gap", fileOf({ x: { ...x, data_offsets: [4, 12] } }, 12)],
    ["an overlap", fileOf({ x, y: { ...x, data_offsets: [4, 12] } }, 12)],
    ["data cut short", fileOf({ x }, 7)],
    ["data too long", fileOf({ x }, 9)],
  ])("refuses %s", async (_, bytes) => {
    await expect(readSafetensors(await written(bytes))).rejects.toMatchObject({
      code: "ERR_FORMAT",
      details: { expected: expect.any(String) },
    });
  });

  it("says why a file cannot be read", async () => {
    await expect(readSafetensors(join(folder, "missing"))).rejects.toMatchObject({
      code: "ERR_IO",
      cause: { code: "ENOENT" },
    });
  });

  it("notices a file that shrinks under its reader", async () => {
    const path = await written(await collect(safetensorsChunks([tensorOf("x", "F32", [4], new Uint8Array(16))])));
    const { tensors } = await readSafetensors(path);
    await writeFile(path, new Uint8Array(20));
    await expect(collect(tensors[0]!.chunks())).rejects.toMatchObject({ code: "ERR_FORMAT" });
  });
});
