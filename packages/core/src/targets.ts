import type { FloatArray, Loss, SparseTargets } from "./contract/index.ts";
import { WideheadError } from "./errors.ts";

/** One example's targets: yₖ is 1 unless values are given. */
export interface TargetRow {
  readonly ids: ArrayLike<number>;
  readonly values?: ArrayLike<number>;
}

/** Builds {@link SparseTargets} from ids as users have them. */
export const sparseTargets: {
  /** One target of value 1 for each example. Throws ERR_INDEX_RANGE. */
  fromIds(outputs: number, ids: ArrayLike<number>): SparseTargets;
  /** Any number of targets for each example. Throws ERR_INDEX_RANGE, ERR_SHAPE. */
  fromRows(outputs: number, rows: readonly TargetRow[]): SparseTargets;
} = {
  fromIds(outputs, ids) {
    const checked = new Uint32Array(ids.length);
    for (let j = 0; j < ids.length; j += 1) checked[j] = checkedId(ids[j], outputs, j);
    return {
      rows: ids.length,
      outputs,
      offsets: Uint32Array.from({ length: ids.length + 1 }, (_, j) => j),
      ids: checked,
    };
  },

  fromRows(outputs, rows) {
    const offsets = new Uint32Array(rows.length + 1);
    for (const [j, row] of rows.entries()) offsets[j + 1] = offsets[j] + row.ids.length;
    const entries = offsets[rows.length];
    const ids = new Uint32Array(entries);
    const values = rows.some((row) => row.values !== undefined) ? new Float64Array(entries).fill(1) : undefined;
    for (const [j, row] of rows.entries()) {
      for (let k = 0; k < row.ids.length; k += 1) ids[offsets[j] + k] = checkedId(row.ids[k], outputs, j);
      if (values === undefined || row.values === undefined) continue;
      checkLength(`values of example ${j}`, row.values.length, row.ids.length);
      values.set(row.values, offsets[j]);
    }
    return values === undefined
      ? { rows: rows.length, outputs, offsets, ids }
      : { rows: rows.length, outputs, offsets, ids, values };
  },
};

/** What targets must agree with. */
export interface TargetsExpectation {
  readonly outputs: number;
  /** Number of examples, where the caller knows it. */
  readonly rows?: number;
  readonly loss: Loss;
}

/**
 * Checks a batch's targets once, in O(rows + entries), so that nothing after it needs to.
 *
 * @throws WideheadError ERR_SHAPE, ERR_INDEX_RANGE, ERR_DUPLICATE_ID, ERR_NOT_FINITE, ERR_OPTION (a negative weight),
 * ERR_LOSS_DOMAIN (a negative target where the loss forbids it)
 */
export function checkTargets(targets: SparseTargets, expected: TargetsExpectation): void {
  const { rows, offsets, ids, values, positiveWeights, exampleWeights } = targets;
  checkTypes(targets);
  checkLength("targets.outputs", targets.outputs, expected.outputs);
  if (expected.rows !== undefined) checkLength("targets.rows", rows, expected.rows);
  checkLength("targets.offsets.length", offsets.length, rows + 1);
  checkOffsets(offsets, ids.length);
  if (values !== undefined) checkLength("targets.values.length", values.length, ids.length);
  if (positiveWeights !== undefined) checkLength("targets.positiveWeights.length", positiveWeights.length, ids.length);
  if (exampleWeights !== undefined) checkLength("targets.exampleWeights.length", exampleWeights.length, rows);
  for (let j = 0; j < rows; j += 1) {
    for (let k = offsets[j]; k < offsets[j + 1]; k += 1) checkedId(ids[k], expected.outputs, j);
    checkDistinct(ids, offsets[j], offsets[j + 1], j);
  }
  if (values !== undefined) checkValues(values, offsets, expected.loss);
  if (positiveWeights !== undefined) checkWeights("positiveWeights", positiveWeights);
  if (exampleWeights !== undefined) checkWeights("exampleWeights", exampleWeights);
}

function checkTypes(targets: SparseTargets): void {
  for (const argument of ["offsets", "ids"] as const) {
    if (!(targets[argument] instanceof Uint32Array)) throw new TypeError(`targets.${argument} must be a Uint32Array`);
  }
  for (const argument of ["values", "positiveWeights", "exampleWeights"] as const) {
    const array = targets[argument];
    if (array !== undefined && !(array instanceof Float32Array || array instanceof Float64Array)) {
      throw new TypeError(`targets.${argument} must be a Float32Array or a Float64Array`);
    }
  }
}

function checkLength(argument: string, actual: number, expected: number): void {
  if (actual === expected) return;
  throw new WideheadError("ERR_SHAPE", `${argument} must be ${expected}, got ${actual}`, {
    argument,
    expected,
    actual,
  });
}

function checkOffsets(offsets: Uint32Array, entries: number): void {
  checkLength("targets.offsets[0]", offsets[0], 0);
  for (let j = 1; j < offsets.length; j += 1) {
    if (offsets[j] >= offsets[j - 1]) continue;
    throw new WideheadError(
      "ERR_SHAPE",
      `targets.offsets must not decrease, got ${offsets[j]} after ${offsets[j - 1]} at ${j}`,
      { argument: "targets.offsets", index: j, expected: offsets[j - 1], actual: offsets[j] },
    );
  }
  checkLength("the last of targets.offsets", offsets[offsets.length - 1], entries);
}

function checkedId(id: number, outputs: number, example: number): number {
  if (Number.isInteger(id) && id >= 0 && id < outputs) return id;
  throw new WideheadError(
    "ERR_INDEX_RANGE",
    `target ids must be integers from 0 to ${outputs - 1}, got ${id} in example ${example}`,
    { argument: "targets.ids", example, id, outputs },
  );
}

/** Up to this many ids, comparing all pairs is cheaper than a sorted copy. */
const pairwiseLimit = 16;

function checkDistinct(ids: Uint32Array, begin: number, end: number, example: number): void {
  const id = end - begin <= pairwiseLimit ? repeatedByPairs(ids, begin, end) : repeatedBySorting(ids.slice(begin, end));
  if (id === undefined) return;
  throw new WideheadError(
    "ERR_DUPLICATE_ID",
    `target ids of one example must differ, got ${id} twice in example ${example}`,
    {
      argument: "targets.ids",
      example,
      id,
    },
  );
}

function repeatedByPairs(ids: Uint32Array, begin: number, end: number): number | undefined {
  for (let k = begin + 1; k < end; k += 1) {
    for (let l = begin; l < k; l += 1) if (ids[k] === ids[l]) return ids[k];
  }
  return undefined;
}

function repeatedBySorting(ids: Uint32Array): number | undefined {
  ids.sort();
  for (let k = 1; k < ids.length; k += 1) if (ids[k] === ids[k - 1]) return ids[k];
  return undefined;
}

function checkValues(values: FloatArray, offsets: Uint32Array, loss: Loss): void {
  checkFinite("values", values);
  if (loss.targets === "any") return;
  const index = values.findIndex((value) => value < 0);
  if (index < 0) return;
  const example = offsets.findIndex((offset) => offset > index) - 1;
  throw new WideheadError(
    "ERR_LOSS_DOMAIN",
    `${loss.name} loss needs targets of at least 0, got ${values[index]} in example ${example}`,
    { argument: "targets.values", loss: loss.name, example, index, actual: values[index] },
  );
}

function checkWeights(argument: string, weights: FloatArray): void {
  checkFinite(argument, weights);
  const index = weights.findIndex((weight) => weight < 0);
  if (index < 0) return;
  throw new WideheadError("ERR_OPTION", `targets.${argument} must be at least 0, got ${weights[index]} at ${index}`, {
    argument: `targets.${argument}`,
    index,
    actual: weights[index],
  });
}

function checkFinite(argument: string, numbers: FloatArray): void {
  const index = numbers.findIndex((number) => !Number.isFinite(number));
  if (index < 0) return;
  throw new WideheadError("ERR_NOT_FINITE", `targets.${argument} must be finite, got ${numbers[index]} at ${index}`, {
    argument: `targets.${argument}`,
    index,
    actual: numbers[index],
  });
}
