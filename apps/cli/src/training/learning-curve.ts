import type { CurvePoint } from "@widehead/network";

/** What a learning curve shows. */
export interface CurveOptions {
  /** Of the vertical axis. */
  readonly label: string;
  readonly logarithmic?: boolean;
  /** The value at a point of each series that there is, by name. */
  readonly series: Readonly<Record<string, (point: CurvePoint) => number | undefined>>;
}

/** Loss, or perplexity where the loss defines probabilities, in training (smoothed) and on validation data. */
export function lossCurve(perplexity: boolean): CurveOptions {
  const value = (loss: number | undefined) => (perplexity && loss !== undefined ? Math.exp(loss) : loss);
  return {
    label: perplexity ? "perplexity" : "loss",
    logarithmic: perplexity,
    series: {
      training: ({ trainLoss }) => value(trainLoss),
      validation: ({ validationLoss }) => value(validationLoss),
    },
  };
}

/** The figure that ends a run when it no longer gets better. */
export function figureCurve(name: string): CurveOptions {
  return { label: name, series: { validation: ({ figure }) => figure } };
}
