import { line, type Markish, plot, selectLast, text } from "@observablehq/plot";
import type { CurvePoint } from "@widehead/network";
import { parseHTML } from "linkedom";

interface Point {
  readonly examples: number;
  readonly value: number;
  readonly series: string;
}

/**
 * A learning curve as SVG: training (smoothed) and validation over the examples seen, as perplexity on a logarithmic
 * axis where the loss defines probabilities, else as loss.
 */
export function learningCurve(curve: readonly CurvePoint[], { perplexity }: { readonly perplexity: boolean }): string {
  const { document } = parseHTML("<html></html>");
  const value = (loss: number): number => (perplexity ? Math.exp(loss) : loss);
  const points = curve.flatMap(({ examples, trainLoss, validationLoss }): Point[] => [
    { examples, value: value(trainLoss), series: "training" },
    ...(validationLoss === undefined ? [] : [{ examples, value: value(validationLoss), series: "validation" }]),
  ]);
  const figure = plot({
    document,
    width: 720,
    height: 420,
    marginLeft: 60,
    marginRight: 70,
    grid: true,
    style: { background: "white" },
    x: { label: "examples seen" },
    y: { label: perplexity ? "perplexity" : "loss", ...(perplexity ? { type: "log" as const } : {}) },
    color: { domain: ["training", "validation"] },
    marks: [
      line(points, { x: "examples", y: "value", z: "series", stroke: "series" }),
      // The two curves end near each other: one label above its end, one below.
      label(points, "training", -8),
      label(points, "validation", 8),
    ],
  });
  // A viewer takes a file for SVG only with its namespace, which HTML leaves out.
  figure.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return `${figure.outerHTML}\n`;
}

function label(points: readonly Point[], series: string, dy: number): Markish {
  const ofSeries = points.filter((point) => point.series === series);
  const place = { x: "examples", y: "value", text: "series", fill: "series", textAnchor: "start", dx: 6, dy } as const;
  return text(ofSeries, selectLast(place));
}
