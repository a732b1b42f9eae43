import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, open, readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createWorkplace, tiny, type Workplace } from "./support.ts";

let place: Workplace;
const train = ["train", "language-model", ...tiny, "--steps", "2", "--json"];

beforeAll(async () => {
  place = await createWorkplace();
  await place.run([...train, "--out", "model"]);
});
afterAll(() => place[Symbol.asyncDispose]());

const file = (name: string) => join(place.directory, name);

async function failure(line: string | readonly string[], changes = {}): Promise<[number, string]> {
  const { code, json } = await place.run(line, changes);
  return [code, json<{ error: { code: string } }>().error.code];
}

describe("wrong use", () => {
  test.each([
    ["", "nothing"],
    ["serve --json", "a command"],
    ["doctor now --json", "no arguments"],
    ["predict model --json", "two arguments"],
    ["doctor --loss z --json", "options of other commands"],
    ["train language-model --loss hinge --json", "unknown loss"],
    ["train language-model --loss z:gamma=1 --json", "unknown option of a loss"],
    ["train language-model --backend abacus --data text.txt --json", "unknown backend"],
    ["train language-model --features 0 --json", "number out of range"],
    ["train language-model --learning-rate -1 --json", "negative rate"],
    ["train language-model --learning-rate NaN --json", "no number"],
    ["train language-model --weight-decay 1 --learning-rate 2 --json", "decay beyond 1/rate"],
    ["train language-model --output dense --optimizer second-order --json", "second-order steps of a dense layer"],
    ["train language-model --steps --json", "missing value"],
    ["train language-model --resume=yes --json", "value of a switch"],
    ["train language-model --steps 5 --epochs 1 --json", "two limits that exclude each other"],
    ["bench step --targets 11 --outputs 10 --json", "more targets than outputs"],
    ["conform --cases nothing/like-this --json", "no such case"],
  ])("%s: %s", async (line) => {
    const { code, out, err } = await place.run(line);
    expect(code).toBe(2);
    if (line.includes("--json")) expect(JSON.parse(out)).toMatchObject({ error: { code: "ERR_OPTION" } });
    else expect(err).toMatch(/^error: .*expected .*got .*\[ERR_OPTION\]\n$/);
  });

  test.each([
    ["--learning-rte", "--learning-rate (train tagger --help lists all)"],
    ["--input", "--input-rows or --input-dropout (train tagger --help lists all)"],
    ["--vocabulary", "one that train tagger --help lists"],
  ])("an unknown option, %s, names those like it", async (flag, expected) => {
    const { code, json } = await place.run(["train", "tagger", flag, "1", "--json"]);
    expect(code).toBe(2);
    expect(json()).toMatchObject({
      error: { code: "ERR_OPTION", details: { argument: "option", expected, actual: flag } },
    });
  });

  test("softmax on the factored layer", async () => {
    expect(await failure("train language-model --loss softmax --json")).toEqual([2, "ERR_UNSUPPORTED"]);
    expect(await failure("bench step --loss softmax --json")).toEqual([2, "ERR_UNSUPPORTED"]);
    expect(await failure("bench step --backend ml-matrix --threads 2 --json")).toEqual([2, "ERR_UNSUPPORTED"]);
  });
});

describe("text", () => {
  test.each([
    ["missing.txt", undefined, "ERR_IO"],
    ["empty.txt", "", "ERR_FORMAT"],
    ["blank.txt", " \n\n ", "ERR_FORMAT"],
    ["binary.txt", Buffer.from([80, 0, 1, 2]), "ERR_FORMAT"],
    ["latin1.txt", Buffer.from([0xe9, 0x20, 0xe8]), "ERR_FORMAT"],
    ["short.txt", "a few words.", "ERR_FORMAT"],
    ["one-word.txt", "word\n\n".repeat(60), "ERR_FORMAT"],
  ])("%s", async (name, content, code) => {
    if (content !== undefined) await writeFile(file(name), content);
    const before = await readdir(place.directory);
    expect(await failure([...train, "--data", name, "--out", "never"])).toEqual([1, code]);
    expect(await readdir(place.directory)).toEqual(before);
  });
});

describe("folders", () => {
  test("a model is not overwritten", async () => {
    const before = await readFile(file("model/manifest.json"), "utf8");
    const { code, err } = await place.run(["train", "language-model", ...tiny, "--steps", "1", "--out", "model"]);
    expect(code).toBe(2);
    expect(err).toContain("--resume");
    expect(await readFile(file("model/manifest.json"), "utf8")).toBe(before);
  });

  test("something else is left alone", async () => {
    await mkdir(file("photos"));
    await writeFile(file("photos/cat.txt"), "cat");
    expect(await failure([...train, "--out", "photos"])).toEqual([1, "ERR_IO"]);
    expect(await readdir(file("photos"))).toEqual(["cat.txt"]);
    expect(await failure([...train, "--out", "text.txt"])).toEqual([1, "ERR_IO"]);
    expect(await failure("predict photos red --json")).toEqual([1, "ERR_IO"]);
  });

  test("a checkpoint that was cut short or changed is not read", async () => {
    await place.run([...train, "--out", "damaged"]);
    const names = await readdir(file("damaged"));
    const data = names.find((name) => name.endsWith(".safetensors"))!;
    const bytes = await readFile(file(`damaged/${data}`));
    await truncate(file(`damaged/${data}`), bytes.length - 1);
    expect(await failure("evaluate damaged --json")).toEqual([1, "ERR_FORMAT"]);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(file(`damaged/${data}`), bytes);
    expect(await failure("predict damaged red --json")).toEqual([1, "ERR_FORMAT"]);
    expect(await failure("train language-model --out damaged --resume --json")).toEqual([1, "ERR_FORMAT"]);
  });
});

describe("memory", () => {
  test("says how much is needed", async () => {
    const { code, json } = await place.run([...train, "--out", "never"], { memoryLimit: () => 1000 });
    expect(code).toBe(1);
    expect(json()).toMatchObject({ error: { code: "ERR_MEMORY", details: { limit: 1000 } } });
    expect(await failure("bench step --outputs 4000000000 --features 1000 --json")).toEqual([1, "ERR_MEMORY"]);
    expect(await failure("bench step --batch 100000000000 --json")).toEqual([1, "ERR_MEMORY"]);
    for (const size of ["--batch", "--embedding", "--context", "--hidden"]) {
      expect(await failure([...train, size, "1000000000", "--out", "never"]), size).toEqual([1, "ERR_MEMORY"]);
    }
    expect(existsSync(file("never"))).toBe(false);
    expect(await failure("predict model red --json", { memoryLimit: () => 1000 })).toEqual([1, "ERR_MEMORY"]);
  });
});

describe("a stream that fails", () => {
  const script = fileURLToPath(new URL("../../../scripts/widehead.mjs", import.meta.url));
  const start = (args: readonly string[], stdout: "pipe" | number) =>
    spawn(process.execPath, [script, ...args], { cwd: place.directory, stdio: ["ignore", stdout, "pipe"] });
  const codeOf = (child: ReturnType<typeof start>) => new Promise((resolve) => child.on("close", resolve));

  test.skipIf(!existsSync("/dev/full"))("as stdout is one clear line", async () => {
    await using full = await open("/dev/full", "w");
    const child = start(["--help"], full.fd);
    let err = "";
    child.stderr?.on("data", (chunk) => (err += chunk));
    expect(await codeOf(child)).toBe(1);
    expect(err).toMatch(/^error: stdout: expected .*got: ENOSPC.*\[ERR_IO\]\n$/);
  });

  test("as stderr loses progress lines, and nothing else", async () => {
    const child = start([...train, "--out", "unwatched"], "pipe");
    child.stderr?.destroy();
    let out = "";
    child.stdout?.on("data", (chunk) => (out += chunk));
    expect(await codeOf(child)).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ directory: "unwatched", steps: 2 });
  });
});
