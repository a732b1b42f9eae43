import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blas } from "@widehead/backend-blas";
import { createRandom } from "@widehead/core";
import type { Io } from "../src/io.ts";
import { runCommand } from "../src/run.ts";

/** Options of a run that takes a moment. */
export const tiny: readonly string[] =
  "--data text.txt --features 6 --embedding 4 --context 3 --batch 16 --warm-up-steps 2".split(" ");

/** The backend that `auto` takes on a machine without a GPU. */
export const automatic: string = (await blas.probe()).available ? "blas" : "wasm";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** The document on stdout. */
  json<T = Record<string, unknown>>(): T;
}

export interface Workplace extends AsyncDisposable {
  readonly directory: string;
  /** Runs a command line in this folder, words split at spaces unless they come as an array. */
  run(line: string | readonly string[], changes?: Partial<Io>): Promise<Ran>;
}

/** A temporary folder with a small text in it. */
export async function createWorkplace(): Promise<Workplace> {
  const directory = await mkdtemp(join(tmpdir(), "widehead-cli-"));
  await writeFile(join(directory, "text.txt"), sampleText());
  return {
    directory,
    run: (line, changes = {}) => run(typeof line === "string" ? line.split(" ") : line, directory, changes),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

async function run(argv: readonly string[], directory: string, changes: Partial<Io>): Promise<Ran> {
  let [out, err] = ["", ""];
  const code = await runCommand(argv, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    async *stdin() {},
    now: () => performance.now(),
    directory,
    program: "widehead",
    residentMemory: () => process.memoryUsage.rss(),
    memoryLimit: () => 2 ** 33,
    onInterrupt: () => ({ [Symbol.dispose]() {} }),
    ...changes,
  });
  return { code, out, err, json: () => JSON.parse(out) };
}

/** Sixty paragraphs in which each word decides what follows. */
export function sampleText(): string {
  const words = "red green blue north south river mountain garden letter winter".split(" ");
  const random = createRandom(5);
  const paragraph = (): string => {
    let word = random.integer(words.length);
    const sentence = Array.from({ length: 8 }, () => {
      word = (word + 1 + random.integer(2)) % words.length;
      return words[word];
    });
    return `${sentence.join(" ")}.`;
  };
  return Array.from({ length: 60 }, paragraph).join("\n\n");
}
