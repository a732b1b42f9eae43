import { writeFileSync } from "node:fs";
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { resultFile } from "../support.mjs";

/** Share of the best accuracy that the figure begins at: what comes before is the first second. */
const least = 0.7;
/** Lines of text from the lowest to the highest accuracy. */
const textLines = 26;

/**
 * Draws top-10 accuracy over "seconds" or "steps" as results/NAME-AXIS.svg: a line a method, a point a run, factored
 * layers solid and the others dashed.
 */
export function drawQuality(name, results, axis) {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const points = results.flatMap(({ method, factored, curve }) =>
    curve.map((run) => ({ method, factored, spent: run[axis], top10: run.test.top10 })),
  );
  const [first, last] = [Math.min, Math.max].map((choose) => choose(...points.map(({ spent }) => spent)));
  const best = Math.max(...points.map(({ top10 }) => top10));
  const place = { x: "spent", y: "top10", z: "method", clip: true };
  const ofKind = (wanted) => points.filter(({ factored }) => factored === wanted);
  const figure = Plot.plot({
    document,
    width: 720,
    height: 440,
    marginLeft: 50,
    marginRight: 130,
    style: { background: "white", color: "black", fontFamily: "sans-serif", fontSize: "12px" },
    x: { type: "log", label: `${axis} of training`, domain: [first, last], grid: true, ticks: 5, tickFormat: "~g" },
    y: { label: "top-10 accuracy on held-out text", domain: [least * best, best], grid: true, tickFormat: ".0%" },
    color: { scheme: "tableau10", domain: results.map(({ method }) => method) },
    marks: [
      Plot.line(ofKind(true), { ...place, stroke: "method", strokeWidth: 2 }),
      Plot.line(ofKind(false), { ...place, stroke: "method", strokeWidth: 1.5, strokeDasharray: "4 3" }),
      Plot.dot(points, { ...place, fill: "method", r: 2.5 }),
      Plot.text(labels(results, best), {
        x: () => last,
        y: "at",
        text: "method",
        fill: "method",
        textAnchor: "start",
        dx: 10,
      }),
    ],
  });
  // A viewer takes a file for SVG only with its namespace, which HTML leaves out.
  figure.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  writeFileSync(resultFile(`${name}-${axis}.svg`), `${figure.outerHTML}\n`);
}

/** Names from the best down, each at its last accuracy or as far below the one before as a line of text. */
function labels(results, best) {
  const line = ((1 - least) * best) / textLines;
  const ends = results.map(({ method, curve }) => ({ method, top10: curve.at(-1).test.top10 }));
  let above = Number.POSITIVE_INFINITY;
  return ends
    .toSorted((a, b) => b.top10 - a.top10)
    .map(({ method, top10 }) => {
      above = Math.min(top10, above - line);
      return { method, at: Math.max(above, least * best) };
    });
}
