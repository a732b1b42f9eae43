import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { forEachLine, readLines } from "../src/text-stream.ts";
import { temporaryFolder } from "./files.ts";

const folder = temporaryFolder();

async function linesOf(path: string): Promise<string[]> {
  const lines: string[] = [];
  const count = await forEachLine(path, (line, number) => {
    lines[number - 1] = line;
  });
  expect(Object.keys(lines)).toHaveLength(count);
  return lines;
}

describe("lines", () => {
  it("end with LF or CR LF, the last perhaps with neither", async () => {
    expect(await linesOf(await folder.write("lines", "\ufeffa\r\n\nb\rc\n"))).toEqual(["a", "", "b\rc"]);
    expect(await linesOf(await folder.write("lines", "a\nb\r"))).toEqual(["a", "b"]);
    expect(await linesOf(await folder.write("lines", ""))).toEqual([]);
  });

  it("are whole wherever a piece of the file ends, numbered from each piece's first", async () => {
    const lines = Array.from({ length: 60_000 }, (_, k) => `${["", "é", "é€", "é€𝄞"][k % 4]} ${k}`);
    const text = lines.join("\r\n");
    const plain = await folder.write("long", text);
    expect((await linesOf(plain)).join("\n")).toBe(lines.join("\n"));
    expect((await linesOf(await folder.write("long.gz", gzipSync(text)))).join("\n")).toBe(lines.join("\n"));
    let next = 1;
    let pieces = 0;
    for await (const { first, lines } of readLines(plain)) {
      expect(first).toBe(next);
      next += lines.length;
      pieces += 1;
    }
    expect(pieces).toBeGreaterThan(2);
  });

  it("of several gzip members are read through", async () => {
    const members = Buffer.concat([gzipSync("a\nb"), gzipSync("c\n")]);
    expect(await linesOf(await folder.write("members.gz", members))).toEqual(["a", "bc"]);
  });

  it("longer than a line may be are refused with their number", async () => {
    const path = await folder.write("endless.gz", gzipSync(`a\n${"x".repeat(2 ** 26 + 1)}`, { level: 1 }));
    await expect(linesOf(path)).rejects.toMatchObject({ code: "ERR_FORMAT", details: { line: 2 } });
  });

  it("cut off inside a character are refused", async () => {
    const path = await folder.write("cut", Buffer.from("a\né").subarray(0, 3));
    await expect(linesOf(path)).rejects.toMatchObject({ code: "ERR_FORMAT", details: { expected: "UTF-8 text" } });
  });
});
