import { type SparseMatrix, selectRows, targetsOf } from "@widehead/data";
import { evaluateSplit, type SparseBatch, type SparseModel } from "@widehead/network";
import { columns, number, percent } from "../../format.ts";
import { meanRow, varianceAbout } from "../sparse/rows.ts";
import type { AutoencoderData } from "./data.ts";

/** Examples in one call of a model. */
const batchSize = 256;

/** How well rows that a model has not seen come out again. */
export interface Measured {
  readonly rows: number;
  /** Mean of the model's loss. */
  readonly loss: number;
  /** ‖output − row‖² over ‖mean row − row‖², both averaged: below 1 where the model says more than the mean; of squared error alone. */
  readonly relativeError: number | undefined;
}

/** Measures a model on the test rows. */
export async function measure(model: SparseModel, { train, test }: AutoencoderData): Promise<Measured> {
  const { loss } = await evaluateSplit(model, batchesOf(test));
  const squared = model.head.loss.name === "squared";
  return {
    rows: test.rows,
    loss,
    relativeError: squared ? Math.max(0, loss) / varianceAbout(meanRow(train), test) : undefined,
  };
}

/** Rows that are to give themselves, in batches. */
export function* batchesOf(matrix: SparseMatrix): Generator<SparseBatch> {
  for (let begin = 0; begin < matrix.rows; begin += batchSize) {
    const length = Math.min(batchSize, matrix.rows - begin);
    const input = selectRows(
      matrix,
      Array.from({ length }, (_, i) => begin + i),
    );
    yield { input, targets: targetsOf(input) };
  }
}

/** The figures for people. */
export function formatMeasured({ rows, loss, relativeError }: Measured): string[] {
  return [
    `${number(rows)} held-out rows`,
    ...columns([
      ["loss", loss.toPrecision(5)],
      ...(relativeError === undefined
        ? []
        : [["squared error", `${percent(relativeError)} of that of the mean row`] as [string, string]]),
    ]),
  ];
}
