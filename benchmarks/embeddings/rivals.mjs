import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The programs that are compared, each on one thread and by its own processor time, start and reading included. */

const timed = fileURLToPath(new URL("timed.mjs", import.meta.url));

/** What fastText calls itself; undefined where it is not installed. */
export function fastTextVersion() {
  const { error, stdout, stderr } = spawnSync("fasttext", [], { encoding: "utf8" });
  return error === undefined && /usage: fasttext/.test(stdout + stderr) ? "fasttext" : undefined;
}

/** Vectors by fastText with its defaults, but words without their parts; seconds, and the file of vectors. */
export function fastText(method, text, { dimensions, minimumCount }, folder) {
  const output = join(folder, `fasttext-${method}`);
  const options = {
    ...{ input: text, output, dim: dimensions, minCount: minimumCount },
    ...{ neg: 5, minn: 0, maxn: 0, thread: 1, verbose: 0 },
  };
  const words = Object.entries(options).flatMap(([name, value]) => [`-${name}`, String(value)]);
  const { status, stderr } = spawnSync(
    "bash",
    ["-c", 'TIMEFORMAT="%U %S"; time "$@"', "-", "fasttext", method, ...words],
    {
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(`fasttext: ${stderr}`);
  const [user, system] = stderr.trim().split("\n").at(-1).split(" ").map(Number);
  return { seconds: user + system, vectors: `${output}.vec` };
}

/** A run of this library of some minutes, or of some steps. */
export function widehead(data, { dimensions, minimumCount, out, minutes, steps }) {
  const limit = steps === undefined ? ["--minutes", String(minutes)] : ["--steps", String(steps)];
  return ask(
    ...["train", "embeddings", "--data", data, "--embedding", String(dimensions), "--out", out],
    ...["--minimum-count", String(minimumCount), "--threads", "1", "--backend", "blas", ...limit],
  );
}

/** The document and processor seconds of a command line of widehead. */
export function ask(...args) {
  return JSON.parse(execFileSync(process.execPath, [timed, ...args], { encoding: "utf8", maxBuffer: 2 ** 28 }));
}
