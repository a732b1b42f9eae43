import type { RowStore, Snapshot, Tensor } from "../contract/index.ts";
import { WideheadError } from "../errors.ts";
import { findTensor, readFloats, readIntegers, streamedTensor, tensorDtype } from "../snapshot.ts";
import { blockStart } from "./leap.ts";
import type { RowSlice } from "./row-block.ts";
import { scanRows, slicesOf } from "./statistics.ts";

/** The written rows of a store, in its order: their number may be far below D. */
export function rowTensors(store: RowStore): Tensor[] {
  const { touched, features, dtype } = store;
  const streamed = (name: string, pick: (slice: RowSlice) => RowSlice[keyof RowSlice], columns?: number): Tensor => {
    const shape = columns === undefined ? [touched] : [touched, columns];
    return streamedTensor(name, columns === undefined ? "U32" : tensorDtype(dtype), shape, async function* () {
      for await (const slice of slicesOf(store)) yield pick(slice);
    });
  };
  return [
    streamed("rows", ({ rows }) => rows, features),
    streamed("rowIds", ({ ids }) => ids),
    streamed("epochs", ({ epochs }) => epochs),
  ];
}

/** What the rows of a snapshot must agree with. */
export interface RowFacts {
  readonly rowCount: number;
  readonly epoch: number;
  readonly firstEpoch: number;
  readonly settledEpoch: number;
}

/**
 * Fills an empty store, in the order of the saved one, a slice at a time.
 *
 * @throws WideheadError ERR_FORMAT
 */
export async function restoreRows(store: RowStore, snapshot: Snapshot, facts: RowFacts): Promise<void> {
  const { rowCount } = facts;
  const rowTensor = findTensor(snapshot, "rows", [rowCount, store.features]);
  const size = scanRows(store.features);
  const idPieces = readIntegers(findTensor(snapshot, "rowIds", [rowCount]), size);
  const epochPieces = readIntegers(findTensor(snapshot, "epochs", [rowCount]), size);
  try {
    for await (const rows of readFloats(rowTensor, store.dtype, size * store.features)) {
      const { value: ids } = await idPieces.next();
      const { value: epochs } = await epochPieces.next();
      if (ids === undefined || epochs === undefined) return;
      checkSlice({ ids, rows, epochs }, store, facts);
      await store.write(ids, rows, epochs);
    }
  } finally {
    // Lets sources that read from a file close it.
    await idPieces.return(undefined);
    await epochPieces.return(undefined);
  }
  if (store.touched === rowCount) return;
  throw new WideheadError(
    "ERR_FORMAT",
    `snapshot: expected ${rowCount} rows of different outputs, got ${store.touched}`,
    {
      expected: rowCount,
      actual: store.touched,
    },
  );
}

function checkSlice({ ids, rows, epochs }: RowSlice, store: RowStore, facts: RowFacts): void {
  const { epoch, firstEpoch, settledEpoch } = facts;
  const d = store.features;
  for (let i = 0; i < ids.length; i += 1) {
    if (ids[i] >= store.outputs) {
      throw new WideheadError(
        "ERR_FORMAT",
        `snapshot: expected rows of outputs below ${store.outputs}, got ${ids[i]}`,
        {
          expected: store.outputs,
          actual: ids[i],
        },
      );
    }
    // A row of zeros is the same in every epoch.
    const led = epochs[i] >= settledEpoch || epochs[i] === blockStart(epochs[i]);
    if (led && epochs[i] >= firstEpoch && epochs[i] <= epoch) continue;
    if (!rows.subarray(i * d, (i + 1) * d).some((value) => value !== 0)) continue;
    throw new WideheadError(
      "ERR_FORMAT",
      `snapshot: row ${ids[i]} has epoch ${epochs[i]}; expected ${firstEpoch} to ${epoch}`,
      { row: ids[i], expected: [firstEpoch, epoch], actual: epochs[i] },
    );
  }
}
