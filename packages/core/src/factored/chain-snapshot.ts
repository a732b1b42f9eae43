import type { Dtype, FloatArray, Snapshot, Tensor } from "../contract/index.ts";
import { WideheadError } from "../errors.ts";
import { findTensor, readFloats, streamedTensor } from "../snapshot.ts";
import type { Chain } from "./chain.ts";
import { BLOCK_EPOCHS, blockEnd, blockStart, type StoredLeap } from "./leap.ts";

/** Where the leaps of a saved chain lead, and which have exact numbers. */
export interface ChainFacts {
  readonly epoch: number;
  readonly firstEpoch: number;
  /** Before it only the epochs at which blocks begin have leaps. */
  readonly settledEpoch: number;
  /** In the order of the tensor of leaps. */
  readonly leaps: readonly (readonly [start: number, end: number])[];
  /** Which leaps have exact numbers, in the order of the tensor of those. */
  readonly exactLeaps: readonly number[];
}

export function chainFacts({ epoch, first, settled, leaps }: Chain): ChainFacts {
  return {
    epoch,
    firstEpoch: first,
    settledEpoch: settled,
    leaps: leaps.map(({ start, end }) => [start, end]),
    exactLeaps: leaps.flatMap(({ exact }, i) => (exact === undefined ? [] : [i])),
  };
}

/** The numbers from which leaps are formed, [n, d, d]. */
export function exactLeapsTensor({ leaps, features }: Chain): Tensor {
  const exact = leaps.flatMap((leap) => leap.exact ?? []);
  return streamedTensor("exactLeaps", "F64", [exact.length, features, features], async function* () {
    yield* exact;
  });
}

/** The leaps of a saved chain. Throws WideheadError ERR_FORMAT. */
export async function readLeaps(
  snapshot: Snapshot,
  facts: ChainFacts,
  features: number,
  dtype: Dtype,
): Promise<StoredLeap[]> {
  checkLeaps(facts);
  const { leaps, exactLeaps } = facts;
  const size = features * features;
  const read = async (name: string, count: number, as: Dtype): Promise<FloatArray[]> => {
    const matrices: FloatArray[] = [];
    const tensor = findTensor(snapshot, name, [count, features, features]);
    for await (const matrix of readFloats(tensor, as, size)) matrices.push(matrix);
    return matrices;
  };
  const rounded = await read("leaps", leaps.length, dtype);
  const exact = await read("exactLeaps", exactLeaps.length, "float64");
  return leaps.map(([start, end], i) => {
    const at = exactLeaps.indexOf(i);
    return { start, end, numbers: rounded[i]!, exact: at < 0 ? undefined : (exact[at] as Float64Array) };
  });
}

/** Every epoch that rows may have must have a leap within its block, and those of a block that still grows exact numbers. */
function checkLeaps({ epoch, firstEpoch, settledEpoch, leaps, exactLeaps }: ChainFacts): void {
  const exact = new Set(exactLeaps);
  const growing = new Set(leaps.flatMap(([start, end]) => (end < blockEnd(start) ? [blockEnd(start)] : [])));
  const found = new Set<number>();
  let sound = exact.size === exactLeaps.length && exactLeaps.every((at) => leaps[at] !== undefined);
  leaps.forEach(([start, end], at) => {
    const whole =
      Number.isInteger(start) && Number.isInteger(end) && start >= firstEpoch && start < end && end <= epoch;
    const inside = end <= blockEnd(start);
    sound &&= start >= settledEpoch || start === blockStart(start);
    sound &&= whole && !(inside && found.has(start)) && !(inside && growing.has(blockEnd(start)) && !exact.has(at));
    if (inside) found.add(start);
  });
  const settledBlocks = (settledEpoch - firstEpoch) / BLOCK_EPOCHS;
  if (sound && found.size === settledBlocks + epoch - settledEpoch) return;
  throw new WideheadError("ERR_FORMAT", "snapshot: expected leaps from each epoch of the chain, got others", {
    expected: [firstEpoch, epoch],
    actual: leaps,
  });
}
