import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Snapshot } from "@widehead/core";
import { describe, expect, it, vi } from "vitest";
import { loadCheckpoint, saveCheckpoint } from "../src/index.ts";
import { contents, tensorOf } from "./tensors.ts";

/** The process "dies" after this many changes to the disk: from then on nothing reaches it, clean-up included. */
const disk = vi.hoisted(() => ({ changesLeft: Number.POSITIVE_INFINITY }));

vi.mock("node:fs/promises", async (original) => {
  const fs = await original<typeof import("node:fs/promises")>();
  const mortal = <A extends unknown[], R>(change: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      if (disk.changesLeft <= 0) throw new Error("crashed");
      disk.changesLeft -= 1;
      return await change(...args);
    };
  };
  const open: typeof fs.open = async (path, flags, mode) => {
    const handle = await (flags === "r" ? fs.open : mortal(fs.open))(path, flags, mode);
    handle.writeFile = mortal(handle.writeFile.bind(handle)) as typeof handle.writeFile;
    handle.sync = mortal(handle.sync.bind(handle));
    return handle;
  };
  return { ...fs, open, rename: mortal(fs.rename), rm: mortal(fs.rm) };
});

function snapshotOf(step: number): Snapshot {
  return {
    facts: { step },
    tensors: [tensorOf("rows", "U32", [2], Buffer.from(Uint32Array.of(step, 2 * step).buffer), 4)],
  };
}

async function stepOf(folder: string): Promise<number> {
  const { snapshot, files } = await loadCheckpoint(folder);
  const step = snapshot.facts.step as number;
  expect(await contents(snapshot.tensors)).toEqual(await contents(snapshotOf(step).tensors));
  expect(files).toEqual({ "vocabulary.json": `${step}` });
  return step;
}

const save = (folder: string, step: number) =>
  saveCheckpoint(folder, snapshotOf(step), { files: { "vocabulary.json": `${step}` } });

describe("a crash while saving", () => {
  it("leaves the old or the new checkpoint, whenever it comes, and the next save succeeds", async () => {
    const found: number[] = [];
    for (let changes = 0, finished = false; !finished; changes += 1) {
      const folder = await mkdtemp(join(tmpdir(), "widehead-crash-"));
      await save(folder, 1);
      const files = (await readdir(folder)).length;
      disk.changesLeft = changes;
      await save(folder, 2).catch((error: Error) => expect(error.message).toContain("crashed"));
      finished = disk.changesLeft > 0;
      disk.changesLeft = Number.POSITIVE_INFINITY;
      found.push(await stepOf(folder));
      await save(folder, 3);
      expect(await stepOf(folder)).toBe(3);
      expect(await readdir(folder)).toHaveLength(files);
      await rm(folder, { recursive: true });
    }
    expect(found.length).toBeGreaterThan(10);
    expect(found).toEqual([...found].sort());
    expect(new Set(found)).toEqual(new Set([1, 2]));
  });
});
