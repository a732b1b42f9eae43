import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commands } from "../src/commands/index.ts";
import { optionsOf } from "../src/grammar/command.ts";
import { flagOf, optionNames, options } from "../src/grammar/options.ts";
import { automatic, createWorkplace, type Workplace } from "./support.ts";

let place: Workplace;
beforeAll(async () => {
  place = await createWorkplace();
});
afterAll(() => place[Symbol.asyncDispose]());

describe("the grammar", () => {
  test("is listed in the README, every option and command", async () => {
    const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
    for (const name of optionNames) {
      const { placeholder } = options[name];
      const flag = placeholder === undefined ? flagOf(name) : `${flagOf(name)} ${placeholder}`;
      expect(readme).toContain(`\`${flag}\``.replaceAll("|", "\\|"));
    }
    for (const { name, positionals } of commands)
      expect(readme).toContain(`\`widehead ${[name, ...positionals].join(" ")}\``);
  });

  test("has no option that no command takes", () => {
    const taken = new Set(commands.flatMap(optionsOf));
    expect(optionNames.filter((name) => !taken.has(name))).toEqual([]);
  });

  test.each(commands.map((command) => [command.name, command] as const))(
    "%s --help shows an example",
    async (name, command) => {
      const { code, out } = await place.run(`${name} --help`);
      expect(code).toBe(0);
      expect(out).toContain(`widehead ${name} ${command.example}`);
      for (const option of optionsOf(command)) expect(out).toContain(flagOf(option));
    },
  );

  test("--help lists the commands, --version the version", async () => {
    const { code, out } = await place.run("--help");
    expect(code).toBe(0);
    for (const { name } of commands) expect(out).toContain(name);
    expect((await place.run("--version")).out).toMatch(/^\d+\.\d+\.\d+/);
  });
});

describe("bench step", () => {
  test("has the fields that scripts read", async () => {
    const { code, json } = await place.run([
      ..."bench step --backend ml-matrix --outputs 50 --features 6 --batch 4 --targets 2".split(" "),
      ..."--loss spherical:epsilon=0.1 --steps 20 --dense --json".split(" "),
    ]);
    expect(code).toBe(0);
    expect(json()).toMatchObject({
      backend: "ml-matrix",
      threads: 1,
      outputs: 50,
      features: 6,
      batch: 4,
      targets: 2,
      loss: "spherical:epsilon=0.1",
      learningRate: 0.1,
      factored: { steps: 20, refactorings: 0, upkeepMs: 0 },
      dense: { steps: 2 },
    });
    const { factored, dense, speedup } = json<
      Record<"factored" | "dense", Record<string, number>> & { speedup: number }
    >();
    expect(factored.minMs).toBeLessThanOrEqual(factored.medianMs!);
    expect(factored.medianMs).toBeLessThanOrEqual(factored.p99Ms!);
    expect(speedup).toBeCloseTo(dense.medianMs! / factored.medianMs!, 10);
  });

  test("counts refactorings at a rate that needs them, and leaves the dense layer out unless told", async () => {
    const { json } = await place.run(
      "bench step --outputs 50 --features 6 --batch 32 --learning-rate 0.4 --steps 40 --json",
    );
    const { factored } = json<{ factored: { refactorings: number; upkeepMs: number } }>();
    expect(factored.refactorings).toBeGreaterThan(0);
    expect(json()).not.toHaveProperty("dense");
    expect(json()).not.toHaveProperty("speedup");
  });

  test("tells people the same", async () => {
    const { out } = await place.run("bench step --outputs 50 --features 6 --batch 4 --steps 10 --dense");
    expect(out).toMatch(/factored +median/);
    expect(out).toMatch(/speed-up +\d/);
  });
});

describe("conform", () => {
  test("runs the chosen cases in both types of the reference backend", async () => {
    const { code, json, err } = await place.run("conform --backend reference --cases kernel/gemm --json");
    expect(code).toBe(0);
    const { status, reports } = json<{ status: string; reports: { dtype: string; totals: { pass: number } }[] }>();
    expect(status).toBe("pass");
    expect(reports.map(({ dtype }) => dtype)).toEqual(["float64", "float32"]);
    for (const { totals } of reports) expect(totals).toMatchObject({ pass: expect.any(Number), fail: 0 });
    expect(err).toContain("pass  float64  kernel/gemm");
  });

  test("takes the automatic backend, in every type that it has or in the one that is told", async () => {
    const { json, code } = await place.run("conform --cases kernel/fill --json");
    expect(code).toBe(0);
    expect(json()).toMatchObject({ backend: automatic, reports: [{ dtype: "float64" }, { dtype: "float32" }] });
    const told = await place.run("conform --cases kernel/fill --dtype float32 --json");
    expect(told.json()).toMatchObject({ backend: automatic, reports: [{ dtype: "float32" }] });
  });
});

describe("doctor", () => {
  test("lists the backends and the one that auto takes", async () => {
    const { json } = await place.run("doctor --json");
    expect(json()).toMatchObject({
      node: process.version,
      automatic,
      availableMemoryBytes: 2 ** 33,
      backends: [
        { name: "blas", supports: { float32: true } },
        { name: "webgpu", supports: { float64: false } },
        { name: "wasm", available: true, software: false },
        { name: "gpujs" },
        {
          name: "ml-matrix",
          available: true,
          kernel: expect.stringMatching(/^ml-matrix \d/),
          supports: { float64: true },
        },
      ],
    });
    expect((await place.run("doctor")).out).toContain("8.0 GiB available");
  });
});
