import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadCheckpoint } from "@widehead/data";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { onInterrupt } from "../src/interrupt.ts";
import type { Io } from "../src/io.ts";
import { createWorkplace, sampleText, tiny, type Workplace } from "./support.ts";

let place: Workplace;
beforeAll(async () => {
  place = await createWorkplace();
});
afterAll(() => place[Symbol.asyncDispose]());

const train = ["train", "language-model"];
const shape = [...tiny, "--steps", "40"];

/** Interrupts when the progress lines reach a step. */
function interruptAt(step: number, arrange: Io["onInterrupt"], interrupt: () => void): Partial<Io> {
  let clock = 0;
  const seen = (text: string): void => {
    if (text.startsWith(`step ${step} `)) interrupt();
  };
  // Each look at the clock takes long enough for a progress line at every step.
  return { onInterrupt: arrange, stderr: { write: seen }, now: () => (clock += 6000) };
}

async function dataOf(folder: string): Promise<Buffer> {
  const { manifest } = await loadCheckpoint(join(place.directory, folder));
  return readFile(join(place.directory, folder, manifest.data.name));
}

describe("an interrupted run", () => {
  test("saves, says how to go on, and ends at the bits of an uninterrupted one", async () => {
    const whole = await place.run([...train, ...shape, "--out", "whole", "--json"]);
    let interrupt = (): void => {};
    const arrange: Io["onInterrupt"] = (listener) => {
      interrupt = listener;
      return { [Symbol.dispose]() {} };
    };
    const stopped = await place.run(
      [...train, ...shape, "--out", "parts"],
      interruptAt(13, arrange, () => interrupt()),
    );
    expect(stopped.code).toBe(130);
    expect(stopped.out).toContain("Interrupted after 13 steps");
    expect(stopped.out).toContain("widehead train language-model --out parts --resume");

    const resumed = await place.run([...train, "--out", "parts", "--resume", "--json"]);
    expect(resumed.code).toBe(0);
    expect(resumed.json().steps).toBe(40);
    expect(resumed.json().test).toEqual(whole.json().test);
    expect((await dataOf("parts")).equals(await dataOf("whole"))).toBe(true);
  });

  test("is interrupted by a real signal, and leaves no listener behind", async () => {
    const before = process.listenerCount("SIGINT");
    const signal = interruptAt(5, onInterrupt, () => process.kill(process.pid, "SIGINT"));
    const stopped = await place.run([...train, ...shape, "--out", "signalled", "--json"], {
      ...signal,
      stderr: { write: (text) => (signal.stderr as { write(text: string): void }).write(lineOf(text)) },
    });
    expect(stopped.code).toBe(130);
    expect(stopped.json()).toMatchObject({ interrupted: true, directory: "signalled" });
    expect(process.listenerCount("SIGINT")).toBe(before);
  });

  test.each(["SIGINT", "SIGTERM"] as const)(
    "is a process that ends with 130 and a checkpoint at %s",
    async (signal) => {
      const script = fileURLToPath(new URL("../../../scripts/widehead.mjs", import.meta.url));
      const args = [script, ...train, ...tiny, "--steps", "100000000", "--out", signal, "--json"];
      const child = spawn(process.execPath, args, { cwd: place.directory, stdio: ["ignore", "pipe", "pipe"] });
      let [out, err] = ["", ""];
      child.stdout.on("data", (chunk) => (out += chunk));
      child.stderr.on("data", (chunk) => {
        err += chunk;
        if (err.includes('"progress"')) child.kill(signal);
      });
      const code = await new Promise((resolve) => child.on("close", resolve));
      expect(code, err).toBe(130);
      expect(JSON.parse(out)).toMatchObject({ interrupted: true, directory: signal });
      expect(existsSync(join(place.directory, signal, "manifest.json"))).toBe(true);
    },
  );
});

/** A JSON progress event as the line that stands for it. */
function lineOf(text: string): string {
  const { event, step } = JSON.parse(text);
  return event === "progress" ? `step ${step} ` : "";
}

describe("--resume", () => {
  test.each(["diagonal", "second-order"])("goes on with %s steps where they stopped", async (optimizer) => {
    const run = [...train, ...tiny, "--loss", "squared", "--optimizer", optimizer, "--decay", "constant"];
    await place.run([...run, "--steps", "9", "--out", `${optimizer}-whole`]);
    await place.run([...run, "--steps", "4", "--out", `${optimizer}-parts`]);
    const rest = await place.run([...train, "--out", `${optimizer}-parts`, "--resume", "--steps", "9", "--json"]);
    expect(rest.json()).toMatchObject({ steps: 9, optimizer });
    expect((await dataOf(`${optimizer}-parts`)).equals(await dataOf(`${optimizer}-whole`))).toBe(true);
  });

  test("refuses options that contradict the run, and takes those that agree or say how far", async () => {
    await place.run([...train, ...shape, "--steps", "2", "--out", "again"]);
    const resume = [...train, "--out", "again", "--resume", "--json"];
    const refused = await place.run([...resume, "--features", "7"]);
    expect(refused.code).toBe(2);
    expect(refused.json()).toMatchObject({
      error: { code: "ERR_OPTION", details: { argument: "--features", actual: "7" } },
    });
    expect((await place.run([...resume, "--loss", "taylor"])).code).toBe(2);
    expect((await place.run([...resume, "--weight-decay", "0.1"])).code).toBe(2);
    const told = await place.run([...resume, "--features", "6", "--steps", "4"]);
    expect(told.json()).toMatchObject({ steps: 4 });
  });

  test("refuses another text", async () => {
    await place.run([...train, ...shape, "--steps", "1", "--out", "moved"]);
    await writeFile(join(place.directory, "changed.txt"), `${sampleText()}\n\nred red red.`);
    const { code, json } = await place.run([
      ...[...train, "--out", "moved", "--resume", "--steps", "2"],
      ...["--data", "changed.txt", "--json"],
    ]);
    expect(code).toBe(1);
    expect(json()).toMatchObject({ error: { code: "ERR_FORMAT", details: { argument: "--data" } } });
  });

  test("needs a run to go on with", async () => {
    const { code, err } = await place.run([...train, "--resume"]);
    expect(code).toBe(2);
    expect(err).toContain("--resume: expected");
  });
});
