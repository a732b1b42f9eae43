import { writeFileSync } from "node:fs";
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { resultFile } from "./support.mjs";

const panels = {
  unrepaired: "published method",
  eager: "with eager repair, O(Dd)",
  float32: "this layer",
  tight: "this layer, conditionLimit 3",
};

/** Draws the error of the loss over steps, both logarithmic, a panel a method and a line a loss, as results/NAME.svg. */
export function drawErrors(name, races, target) {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const points = races.flatMap(({ loss, results }) =>
    results.flatMap(({ method, curves }) =>
      curves.step.map((step, i) => ({ loss, method: panels[method], step, error: curves.loss[i] })),
    ),
  );
  const place = { x: "step", y: "error", fx: "method", stroke: "loss" };
  const drawn = points.filter(({ method }) => method !== undefined);
  const figure = Plot.plot({
    document,
    width: 960,
    height: 400,
    marginLeft: 60,
    marginRight: 20,
    style: { background: "white", color: "black", fontFamily: "sans-serif", fontSize: "12px" },
    fx: { domain: Object.values(panels), label: null },
    x: { type: "log", label: "steps", grid: true, ticks: 4, tickFormat: "~s" },
    y: { type: "log", label: "error of the loss", grid: true, domain: [1e-8, 1e2], clamp: true, tickFormat: ".0e" },
    color: { scheme: "dark2", domain: races.map(({ loss }) => loss), legend: false },
    marks: [
      Plot.ruleY([target], { stroke: "#555", strokeDasharray: "4 3" }),
      Plot.line(drawn, { ...place, strokeWidth: 1.3 }),
      Plot.text(labels(races, panels.tight), {
        x: "step",
        y: "error",
        fx: "method",
        text: "loss",
        fill: "loss",
        textAnchor: "start",
      }),
    ],
  });
  // A viewer takes a file for SVG only with its namespace, which HTML leaves out.
  figure.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  writeFileSync(resultFile(`${name}.svg`), `${figure.outerHTML}\n`);
}

/** The legend: names of the losses, one below the other, in a panel with room above its lines. */
function labels(races, method) {
  return races.map(({ loss }, i) => ({ loss, method, step: 100, error: 10 ** (1.4 - 0.5 * i) }));
}
