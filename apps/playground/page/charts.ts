import { line, type Markish, plot } from "@observablehq/plot";
import { allowedDifference, relativeDifferences } from "./compare.ts";
import { element } from "./dom.ts";
import type { Run } from "./run.ts";

const SIZE = { width: 640, height: 300, marginLeft: 60, grid: true, style: { background: "none" } } as const;

/** The loss curves over one another, and how far they lie apart. */
export function charts(runs: readonly Run[]): HTMLElement[] {
  const drawn = runs.filter(({ losses }) => losses.length > 1);
  if (drawn.length === 0) return [];
  const losses = plot({
    ...SIZE,
    ariaLabel: "Loss of each step on each backend",
    x: { label: "step" },
    y: { label: "loss", zero: false },
    marks: drawn.map((run, index) => curve(run, run.losses, widthOf(index, drawn.length))),
  });
  return [
    figure(losses, "Loss of each batch. Later curves are thinner, so that those beneath them show."),
    ...apart(runs),
  ];
}

/** The differences from the first run; the dashed line is what rounding to float32 explains. */
function apart([reference, ...others]: readonly Run[]): HTMLElement[] {
  const drawn = others.filter(({ losses }) => losses.length > 1);
  if (drawn.length === 0) return [];
  const steps = Math.max(...drawn.map(({ losses }) => losses.length));
  const allowed = Array.from({ length: steps }, (_, step) => allowedDifference(step));
  const chart = plot({
    ...SIZE,
    ariaLabel: `Relative difference from ${reference!.choice.module.name} at each step`,
    x: { label: "step" },
    y: { type: "log", label: "relative difference", tickFormat: "~e" },
    marks: [
      ...drawn.map((run) => curve(run, relativeDifferences(run.losses, reference!.losses), 1.5)),
      line(points(allowed), { x: "step", y: "value", stroke: "currentColor", strokeDasharray: "4 4" }),
    ],
  });
  const name = reference!.choice.module.name;
  return [figure(chart, `Relative difference from ${name}. Dashed: what rounding to float32 explains.`)];
}

function curve({ choice }: Run, values: readonly number[], strokeWidth: number): Markish {
  return line(points(values), { x: "step", y: "value", stroke: choice.color, strokeWidth });
}

/** Steps count from 1; exact zeros have no place on a logarithmic axis. */
function points(values: readonly number[]): { step: number; value: number }[] {
  return values.map((value, step) => ({ step: step + 1, value: value || Number.NaN }));
}

function widthOf(index: number, count: number): number {
  return 1.5 + 2.5 * (count - 1 - index);
}

function figure(chart: Element, caption: string): HTMLElement {
  return element("figure", {}, chart, element("figcaption", {}, caption));
}
