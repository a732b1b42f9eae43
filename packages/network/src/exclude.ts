import type { TopK } from "@widehead/core";
import type { SparseInput } from "./input/sparse-input.ts";

/** Where no output is left. */
const none = 0xffffffff;

/** The most entries that a row has. */
export function longestRow({ rows, offsets }: SparseInput): number {
  let longest = 0;
  for (let j = 0; j < rows; j += 1) longest = Math.max(longest, offsets[j + 1] - offsets[j]);
  return longest;
}

/** The best k of each row that are not to be excluded; rows in which fewer are left end in 0xffffffff, −∞ and 0. O(rows·k). */
export function excludeOutputs(top: TopK, exclude: SparseInput, k: number): TopK {
  const { rows } = top;
  const ids = new Uint32Array(rows * k).fill(none);
  const outputs = new Float64Array(rows * k).fill(-Infinity);
  const probabilities = top.probabilities && new Float64Array(rows * k);
  for (let row = 0; row < rows; row += 1) {
    const excluded = new Set(exclude.ids.subarray(exclude.offsets[row], exclude.offsets[row + 1]));
    let kept = row * k;
    for (let from = row * top.k; from < (row + 1) * top.k && kept < (row + 1) * k; from += 1) {
      if (excluded.has(top.ids[from])) continue;
      ids[kept] = top.ids[from];
      outputs[kept] = top.outputs[from];
      if (probabilities) probabilities[kept] = top.probabilities![from];
      kept += 1;
    }
  }
  return { rows, k, ids, outputs, probabilities };
}
