import { agrees, median, relativeDifferences } from "./compare.ts";
import { element } from "./dom.ts";
import type { Run } from "./run.ts";

const headings = ["Backend", "Runs on", "Steps", "ms per step", "Last loss", "Largest difference", "Result"];

/** A row for each run; times are medians, differences relative to the first run at the same step. */
export function resultRows(runs: readonly Run[]): Node[] {
  const head = element("tr", {}, ...headings.map((text) => element("th", { scope: "col" }, text)));
  const rows = runs.map((run) => row(run, runs[0]!));
  return [element("thead", {}, head), element("tbody", {}, ...rows)];
}

function row(run: Run, reference: Run): HTMLElement {
  const { choice, kernel, losses, milliseconds } = run;
  const mark = element("span", { className: "mark", ariaHidden: "true" });
  mark.style.background = choice.color;
  const differences = run === reference ? [] : relativeDifferences(losses, reference.losses);
  const cells = [
    kernel || "–",
    String(losses.length),
    losses.length > 0 ? median(milliseconds).toFixed(1) : "–",
    losses.at(-1)?.toFixed(4) ?? "–",
    differences.length > 0 ? Math.max(...differences).toExponential(1) : "–",
    result(run, run === reference, differences),
  ];
  const name = element("th", { scope: "row" }, mark, choice.module.name);
  return element("tr", { className: run.state }, name, ...cells.map((text) => element("td", {}, text)));
}

function result({ state, error }: Run, isReference: boolean, differences: readonly number[]): string {
  if (state === "failed") return error;
  if (state === "waiting" || state === "running") return state;
  if (isReference) return "the reference";
  if (differences.length === 0) return "nothing to compare with";
  return agrees(differences) ? "equal up to float32 rounding" : "differs by more than float32 rounding explains";
}
