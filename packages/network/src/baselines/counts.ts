import { readAllFloats, type Snapshot, type Tensor, tensorOf, WideheadError } from "@widehead/core";
import { optionError } from "../validate.ts";

/** Ids by falling count, and where each id stands among them. */
export interface FrequencyOrder {
  /** [D] id at each rank. */
  readonly order: Uint32Array;
  /** [D] rank of each id. */
  readonly rank: Uint32Array;
}

/**
 * A copy of the outputs' counts in the training data, each ≥ 0.
 *
 * @throws WideheadError ERR_SHAPE, ERR_OPTION
 */
export function checkedCounts(counts: ArrayLike<number>, outputs: number): Float64Array {
  if (counts.length !== outputs) {
    throw new WideheadError("ERR_SHAPE", `counts must be ${outputs} numbers, one an output, got ${counts.length}`, {
      argument: "counts",
      expected: outputs,
      actual: counts.length,
    });
  }
  const checked = Float64Array.from(counts);
  const at = checked.findIndex((count) => !(count >= 0 && count < Infinity));
  if (at >= 0) throw optionError(`counts[${at}]`, "finite and at least 0", checked[at]);
  return checked;
}

/** Ids by falling count, equal counts by smaller id, in O(D log D). */
export function frequencyOrder(counts: Float64Array): FrequencyOrder {
  const order = Uint32Array.from(counts.keys()).sort((a, b) => counts[b] - counts[a] || a - b);
  const rank = new Uint32Array(order.length);
  for (let at = 0; at < order.length; at += 1) rank[order[at]] = at;
  return { order, rank };
}

/** The counts with those of new outputs, which nobody has seen: 0. */
export function grownCounts(counts: Float64Array, count: number): Float64Array {
  const grown = new Float64Array(counts.length + count);
  grown.set(counts);
  return grown;
}

/** The counts as a snapshot holds them: nothing where none were given. */
export function countsTensors(counts: Float64Array | undefined): Tensor[] {
  return counts === undefined ? [] : [tensorOf("counts", [counts.length], counts)];
}

/** @throws WideheadError ERR_FORMAT */
export async function restoreCounts(snapshot: Snapshot, outputs: number): Promise<Float64Array | undefined> {
  const tensor = snapshot.tensors.find(({ name }) => name === "counts");
  if (tensor === undefined) return undefined;
  const counts = await readAllFloats(tensor, "float64");
  try {
    return checkedCounts(counts, outputs);
  } catch (cause) {
    const message = `snapshot: tensor counts must hold ${outputs} counts of at least 0, got others`;
    throw new WideheadError("ERR_FORMAT", message, { argument: "counts", expected: outputs }, { cause });
  }
}
