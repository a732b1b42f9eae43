// Compiles assembly/ once for each element type, for plain and for shared memory.
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const baseDir = dirname(dirname(fileURLToPath(import.meta.url)));
const common =
  "assembly/index.ts -O3 --noAssert --runtime stub --enable simd --importMemory --noExportMemory --disableWarning 112";
const shared = "--enable threads --sharedMemory --maximumMemory 65536";

mkdirSync(join(baseDir, "wasm"), { recursive: true });
for (const [dtype, real] of [
  ["float32", "f32"],
  ["float64", "f64"],
]) {
  for (const [memory, flags] of [
    ["", ""],
    ["-shared", shared],
  ]) {
    const outFile = `wasm/${dtype}${memory}.wasm`;
    const args = `${common} ${flags} --use Real=${real} --baseDir ${baseDir} --outFile ${outFile}`;
    const { error } = await asc.main(args.split(/\s+/), { stdout: process.stdout, stderr: process.stderr });
    if (error) {
      console.error(error.message);
      process.exit(1);
    }
  }
}
