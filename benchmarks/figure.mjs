import { writeFileSync } from "node:fs";
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { resultFile } from "./support.mjs";

/** Draws lines of milliseconds a step over the number of outputs, both logarithmic, as results/NAME.svg. */
export function drawStepTimes(name, points) {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const place = { x: "outputs", y: "milliseconds" };
  const figure = Plot.plot({
    document,
    width: 680,
    height: 380,
    marginLeft: 60,
    marginRight: 70,
    style: { background: "white", color: "black", fontFamily: "sans-serif", fontSize: "12px" },
    x: { type: "log", label: "outputs D", grid: true, ticks: 4, tickFormat: "~s" },
    y: { type: "log", label: "milliseconds a step", grid: true, ticks: 5, nice: true, tickFormat: "~g" },
    color: { domain: ["factored", "dense"], range: ["#1f6feb", "#c9510c"] },
    marks: [
      Plot.line(points, { ...place, stroke: "layer", strokeWidth: 2 }),
      Plot.dot(points, { ...place, fill: "layer", r: 3.5 }),
      Plot.text(
        points,
        Plot.selectLast({ ...place, z: "layer", text: "layer", fill: "layer", textAnchor: "start", dx: 8 }),
      ),
    ],
  });
  // A viewer takes a file for SVG only with its namespace, which HTML leaves out.
  figure.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  writeFileSync(resultFile(`${name}.svg`), `${figure.outerHTML}\n`);
}
