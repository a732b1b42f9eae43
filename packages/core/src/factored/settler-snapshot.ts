import type { RowStore, Snapshot, Tensor } from "../contract/index.ts";
import { WideheadError } from "../errors.ts";
import { findTensor, readAllIntegers, tensorOf } from "../snapshot.ts";
import { Settler, type SettlerPosition } from "./settler.ts";

/** Outputs of the rows that stand inside a block. */
export function unsettledTensor({ ids }: Settler): Tensor {
  return tensorOf("unsettled", [ids.length], ids);
}

/** What was to be settled. Throws WideheadError ERR_FORMAT. */
export async function restoreSettler(
  snapshot: Snapshot,
  { settling }: { readonly settling: SettlerPosition },
  store: RowStore,
): Promise<Settler> {
  const rows = settling.blocks.reduce((sum, [, rows]) => sum + rows, 0);
  const ids = await readAllIntegers(findTensor(snapshot, "unsettled", [rows]));
  const beyond = ids.find((id) => id >= store.outputs);
  if (beyond === undefined) return new Settler(settling, ids);
  throw new WideheadError("ERR_FORMAT", `snapshot: expected unsettled outputs below ${store.outputs}, got ${beyond}`, {
    tensor: "unsettled",
    expected: store.outputs,
    actual: beyond,
  });
}
