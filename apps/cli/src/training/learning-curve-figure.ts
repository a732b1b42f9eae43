import { line, type Markish, plot, selectLast, text } from "@observablehq/plot";
import type { CurvePoint } from "@widehead/network";
import { parseHTML } from "linkedom";
import type { CurveOptions } from "./learning-curve.ts";

interface Point {
  readonly examples: number;
  readonly value: number;
  readonly series: string;
}

/** A learning curve as SVG: each series over the examples seen. */
export function learningCurve(
  curve: readonly CurvePoint[],
  { label, logarithmic = false, series }: CurveOptions,
): string {
  const { document } = parseHTML("<html></html>");
  const names = Object.keys(series);
  const points = curve.flatMap((point): Point[] =>
    names.flatMap((name) => {
      const value = series[name]!(point);
      return value === undefined ? [] : [{ examples: point.examples, value, series: name }];
    }),
  );
  const figure = plot({
    document,
    width: 720,
    height: 420,
    marginLeft: 60,
    marginRight: 70,
    grid: true,
    style: { background: "white" },
    x: { label: "examples seen" },
    y: { label, ...(logarithmic ? { type: "log" as const } : {}) },
    color: { domain: names },
    marks: [
      line(points, { x: "examples", y: "value", z: "series", stroke: "series" }),
      // Curves end near each other: labels stand in turn above and below the ends.
      ...names.map((name, i) => nameOf(points, name, i % 2 === 0 ? -8 : 8)),
    ],
  });
  // A viewer takes a file for SVG only with its namespace, which HTML leaves out.
  figure.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return `${figure.outerHTML}\n`;
}

function nameOf(points: readonly Point[], series: string, dy: number): Markish {
  const ofSeries = points.filter((point) => point.series === series);
  const place = { x: "examples", y: "value", text: "series", fill: "series", textAnchor: "start", dx: 6, dy } as const;
  return text(ofSeries, selectLast(place));
}
