import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Json, Snapshot } from "@widehead/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { assertCheckpointFolder, claimCheckpointFolder, loadCheckpoint, saveCheckpoint } from "../src/index.ts";
import { contents, tensorOf } from "./tensors.ts";

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "widehead-checkpoint-"));
  folder = join(root, "runs", "one");
});
afterEach(() => rm(root, { recursive: true }));

function snapshotOf(step: number): Snapshot {
  const bytes = Buffer.from(Float64Array.of(step, step / 3, -step).buffer);
  return {
    facts: { step, nested: { "10": [1, null, "é"], "9": true } },
    tensors: [tensorOf("rows", "F64", [3, 1], bytes, 8)],
  };
}

const extras = { createdBy: { program: "a test" }, files: { "vocabulary.json": '["für"]', notes: "" } };

async function partOf(name: string): Promise<string> {
  return join(folder, (await readdir(folder)).find((file) => file.startsWith(name))!);
}

async function editManifest(edit: (text: string) => string): Promise<void> {
  const path = join(folder, "manifest.json");
  await writeFile(path, edit(await readFile(path, "utf8")));
}

describe("a checkpoint", () => {
  it("gives back facts, tensors and files", async () => {
    await saveCheckpoint(folder, snapshotOf(7), extras);
    const { manifest, snapshot, files } = await loadCheckpoint(folder);
    expect(manifest).toMatchObject({ format: "widehead-checkpoint", formatVersion: 1, createdBy: extras.createdBy });
    expect(manifest.libraryVersion).toMatch(/^\d+\.\d+\.\d+/);
    expect(snapshot.facts).toEqual(snapshotOf(7).facts);
    expect(await contents(snapshot.tensors)).toEqual(await contents(snapshotOf(7).tensors));
    expect(files).toEqual(extras.files);
  });

  it("replaces the one before and leaves other files alone", async () => {
    await saveCheckpoint(folder, snapshotOf(1), extras);
    await writeFile(join(folder, "curve.svg"), "<svg/>");
    await writeFile(join(folder, "mine-0123456789abcdef.png"), "png");
    await writeFile(join(folder, ".widehead-0123456789abcdef.tmp"), "left by a crash");
    await saveCheckpoint(folder, snapshotOf(2), extras);
    expect((await loadCheckpoint(folder)).snapshot.facts.step).toBe(2);
    const names = (await readdir(folder)).map((name) => name.replace(/-[0-9a-f]{16}/, "-#")).sort();
    expect(names).toEqual([
      "curve.svg",
      "data-#.safetensors",
      "manifest.json",
      "mine-#.png",
      "notes-#",
      "vocabulary-#.json",
    ]);
  });

  it("may be saved twice with the same content", async () => {
    for (let i = 0; i < 2; i += 1) await saveCheckpoint(folder, snapshotOf(1), extras);
    expect((await loadCheckpoint(folder)).files).toEqual(extras.files);
  });

  it("stays when the new one fails on the way", async () => {
    await saveCheckpoint(folder, snapshotOf(1), extras);
    const before = await readdir(folder);
    const broken = {
      ...tensorOf("rows", "F32", [2], new Uint8Array()),
      *chunks() {
        yield new Uint8Array(4);
        throw new RangeError("the device is gone");
      },
    };
    await expect(saveCheckpoint(folder, { facts: {}, tensors: [broken] }, extras)).rejects.toThrow(
      "the device is gone",
    );
    expect(await readdir(folder)).toEqual(before);
    expect((await loadCheckpoint(folder)).snapshot.facts.step).toBe(1);
  });

  it.each(["../escape", "a/b", "a\\b", "", ".hidden", "data.safetensors"])(
    "cannot hold a file named %j",
    async (name) => {
      const saving = saveCheckpoint(folder, snapshotOf(1), { files: { [name]: "text" } });
      await expect(saving).rejects.toMatchObject({ code: "ERR_OPTION", details: { actual: name } });
      expect(await readdir(root)).toEqual([]);
    },
  );

  it("cannot hold a number that JSON cannot", async () => {
    const snapshot = { facts: { best: [Number.NaN] as Json }, tensors: [] };
    await expect(saveCheckpoint(folder, snapshot)).rejects.toMatchObject({ code: "ERR_NOT_FINITE" });
  });
});

describe("a damaged checkpoint", () => {
  beforeEach(() => saveCheckpoint(folder, snapshotOf(7), extras));

  const refused = async (code: string, details: object): Promise<void> => {
    await expect(loadCheckpoint(folder)).rejects.toMatchObject({ code, details });
  };

  it.each(["data", "vocabulary"])("with %s cut short is refused", async (name) => {
    const path = await partOf(name);
    const { length } = await readFile(path);
    await truncate(path, length - 1);
    await refused("ERR_FORMAT", { path, expected: `${length} bytes`, actual: `${length - 1} bytes` });
  });

  it.each(["data", "vocabulary"])("with one bit of %s flipped is refused", async (name) => {
    const path = await partOf(name);
    const bytes = await readFile(path);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(path, bytes);
    await refused("ERR_FORMAT", {
      path,
      expected: expect.stringContaining("SHA-256"),
      actual: expect.stringContaining("SHA-256"),
    });
  });

  it("with changed facts is refused", async () => {
    await editManifest((text) => text.replace('"step": 7', '"step": 8'));
    await refused("ERR_FORMAT", { field: "sha256" });
    await editManifest((text) => text.replace(/,\s*"sha256": "\w+"\s*}\s*$/, "}"));
    await refused("ERR_FORMAT", { field: "sha256", expected: expect.stringMatching(/^\w{64}$/), actual: undefined });
  });

  it("of a later version is refused", async () => {
    await editManifest((text) => text.replace('"formatVersion": 1', '"formatVersion": 2'));
    await refused("ERR_FORMAT", { field: "formatVersion", expected: 1, actual: 2 });
  });

  it("of another format is refused", async () => {
    await editManifest(() => '{"format": "other"}');
    await refused("ERR_FORMAT", { field: "format", expected: "widehead-checkpoint", actual: "other" });
  });

  it.each(["", "null", "[1]", '{"format": "widehead-ch'])("with the manifest %j is refused", async (text) => {
    await editManifest(() => text);
    await refused("ERR_FORMAT", { path: join(folder, "manifest.json") });
  });

  it.each(["manifest.json", "data", "vocabulary"])("without %s is refused", async (name) => {
    await rm(await partOf(name));
    await refused("ERR_IO", { path: expect.stringContaining(name) });
  });

  it("that is not there at all is refused", async () => {
    await expect(loadCheckpoint(join(root, "none"))).rejects.toMatchObject({
      code: "ERR_IO",
      cause: { code: "ENOENT" },
    });
  });
});

describe("a checkpoint's folder", () => {
  it("is made, with its parents", async () => {
    await assertCheckpointFolder(folder);
    expect(await readdir(folder)).toEqual([]);
    await assertCheckpointFolder(folder);
  });

  it("that cannot be made is refused at once", async () => {
    await writeFile(join(root, "file"), "");
    const places = [
      join(root, "file"),
      join(root, "file", "one"),
      ...(existsSync("/proc/self") ? ["/proc/runs/one"] : []),
    ];
    for (const path of places) {
      await expect(assertCheckpointFolder(path)).rejects.toMatchObject({ code: "ERR_IO", details: { path } });
    }
  });

  it("is claimed by one process at a time", async () => {
    const claim = await claimCheckpointFolder(folder);
    await saveCheckpoint(folder, snapshotOf(1), extras);
    const refusal = { code: "ERR_IO", details: { path: folder, actual: String(process.pid) } };
    await expect(claimCheckpointFolder(folder)).rejects.toMatchObject(refusal);
    await claim[Symbol.asyncDispose]();
    const { pid } = spawnSync(process.execPath, ["--version"]);
    await writeFile(join(folder, ".widehead.lock"), String(pid));
    await using _ = await claimCheckpointFolder(folder);
    expect(await readFile(join(folder, ".widehead.lock"), "utf8")).toBe(String(process.pid));
  });

  it("may hold a checkpoint, or what a crash left of the first", async () => {
    await saveCheckpoint(folder, snapshotOf(1), extras);
    await assertCheckpointFolder(folder);
    await rm(join(folder, "manifest.json"));
    await assertCheckpointFolder(folder);
  });

  it.each([
    ["thesis.tex", "text"],
    ["manifest.json", '{"name": "a web app"}'],
    ["manifest.json", "{"],
  ])("may not hold %s with %j, which stays", async (name, content) => {
    await mkdir(folder, { recursive: true });
    await appendFile(join(folder, name), content);
    const refusal = { code: "ERR_IO", details: { path: folder, actual: [name] } };
    await expect(assertCheckpointFolder(folder)).rejects.toMatchObject(refusal);
    await expect(saveCheckpoint(folder, snapshotOf(1))).rejects.toMatchObject(refusal);
    expect(await readdir(folder)).toEqual([name]);
    expect(await readFile(join(folder, name), "utf8")).toBe(content);
  });

  it("may not be a file", async () => {
    await writeFile(join(root, "runs"), "");
    await expect(assertCheckpointFolder(folder)).rejects.toMatchObject({ code: "ERR_IO" });
    await expect(assertCheckpointFolder(join(root, "runs"))).rejects.toMatchObject({ code: "ERR_IO" });
  });
});
