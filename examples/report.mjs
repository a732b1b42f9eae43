import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";

/**
 * Prints an example's table; to record it, also writes the figures to the folder's results.json, beside the machine that
 * gave them, and the table between the marks of its README.
 *
 * @param folder  URL of a file in the example's folder
 * @param lines  the table, in Markdown
 */
export function report(folder, { result, lines, record }) {
  process.stdout.write(`${lines.join("\n")}\n`);
  if (!record) return;
  const machine = { processor: cpus()[0].model, cores: cpus().length, load: loadavg()[0] };
  const recorded = { machine, node: process.version, ...result };
  writeFileSync(new URL("results.json", folder), `${JSON.stringify(recorded, undefined, 2)}\n`);
  const origin = `${machine.processor}, one thread, Node ${process.version.slice(1)}, ${result.kernel}.`;
  const readme = new URL("README.md", folder);
  const section = ["<!-- results -->", "", origin, "", ...lines, "", "<!-- end -->"].join("\n");
  writeFileSync(
    readme,
    readFileSync(readme, "utf8").replace(/<!-- results -->[\s\S]*<!-- end -->/, () => section),
  );
}

/** A table in Markdown, its first row the head, columns aligned for a terminal. */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
  const [head, ...lines] = rows.map((cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(" | ")} |`);
  return [head, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...lines];
}

/** A whole number with its thousands apart. */
export function whole(value) {
  return Math.round(value).toLocaleString("en");
}

/** A fraction as per cent. */
export function percent(value) {
  return `${(100 * value).toFixed(1)} %`;
}
