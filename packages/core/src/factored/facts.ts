import type { Dtype, Json, Snapshot } from "../contract/index.ts";
import { WideheadError } from "../errors.ts";
import { formatLoss } from "../losses/index.ts";
import { checkedFacts } from "../snapshot.ts";
import { type ChainFacts, chainFacts } from "./chain-snapshot.ts";
import type { Core, Counters } from "./core.ts";
import type { SettlerPosition } from "./settler.ts";
import type { SweepPosition } from "./sweeper.ts";

const VERSION = 3;

/** The small facts of a snapshot. */
export interface Facts extends ChainFacts {
  readonly kind: "factored";
  readonly version: number;
  readonly dtype: Dtype;
  readonly outputs: number;
  readonly features: number;
  readonly loss: string;
  /** Rows that have been written. */
  readonly rowCount: number;
  readonly conditionLimit: number;
  readonly chainMemory?: number;
  readonly system: "auto" | "batch" | "features";
  readonly undefinedExamples: "throw" | "skip";
  readonly sweep: SweepPosition;
  readonly settling: SettlerPosition;
  readonly squaredNorm: number;
  readonly counters: Counters;
  readonly preconditioner?: {
    readonly name: string;
    readonly options: Readonly<Record<string, number>>;
    readonly state: { readonly [key: string]: Json };
  };
}

export function factsOf(core: Core): Facts {
  const { store, chain, chainMemory, preconditionerFactory, preconditioner } = core;
  return {
    kind: "factored",
    version: VERSION,
    dtype: store.dtype,
    outputs: store.outputs,
    features: store.features,
    loss: formatLoss(core.loss),
    rowCount: store.touched,
    conditionLimit: core.conditionLimit,
    ...(chainMemory !== undefined && { chainMemory }),
    system: core.system,
    undefinedExamples: core.undefinedExamples,
    ...chainFacts(chain),
    sweep: core.sweeper.position,
    settling: core.settler.position,
    squaredNorm: core.squaredNorm,
    counters: { ...core.counters },
    ...(preconditionerFactory &&
      preconditioner && {
        preconditioner: {
          name: preconditionerFactory.name,
          options: preconditionerFactory.options,
          state: preconditioner.state().facts,
        },
      }),
  };
}

/** @throws WideheadError ERR_FORMAT */
export function readFacts(snapshot: Snapshot): Facts {
  const facts = checkedFacts<Facts>(snapshot, "factored", VERSION);
  checkFacts(facts);
  return facts;
}

function checkFacts({ epoch, firstEpoch, settledEpoch, ...rest }: Facts): void {
  for (const name of ["conditionLimit", "rowCount", "squaredNorm", "sweep", "settling", "counters"] as const)
    checkNumbers(name, rest[name]);
  checkPairs("sweep", "pairs of position and epoch", rest.sweep.marks, 1);
  checkPairs("settling", "pairs of epoch and rows", rest.settling.blocks, 0);
  for (const [name, known] of [
    ["system", ["auto", "batch", "features"]],
    ["undefinedExamples", ["throw", "skip"]],
  ] as const) {
    if ((known as readonly string[]).includes(rest[name])) continue;
    throw new WideheadError("ERR_FORMAT", `snapshot: expected ${name} to be one of ${known}, got ${rest[name]}`, {
      expected: known,
      actual: rest[name],
    });
  }
  const epochs = [0, firstEpoch, settledEpoch, epoch];
  if (epochs.every((at, i) => Number.isInteger(at) && at >= epochs[Math.max(0, i - 1)]!)) return;
  throw new WideheadError(
    "ERR_FORMAT",
    `snapshot: expected whole epochs 0 ≤ first ≤ settled ≤ last, got ${firstEpoch}, ${settledEpoch} and ${epoch}`,
    { actual: [firstEpoch, settledEpoch, epoch] },
  );
}

function checkPairs(fact: string, expected: string, actual: unknown, least: number): void {
  const pairs: readonly unknown[] = Array.isArray(actual) ? actual : [undefined];
  if (pairs.length >= least && pairs.every((pair) => Array.isArray(pair) && pair.length === 2)) return;
  const message = `snapshot: expected ${expected} in ${fact}, got ${JSON.stringify(actual)}`;
  throw new WideheadError("ERR_FORMAT", message, { fact, actual });
}

/** Numbers that JSON turned into null, as it does with those that are not finite, are no numbers either. */
function checkNumbers(name: string, fact: unknown): void {
  const numbers: readonly unknown[] = typeof fact === "object" && fact !== null ? Object.values(fact).flat(2) : [fact];
  if (numbers.every(Number.isFinite)) return;
  throw new WideheadError("ERR_FORMAT", `snapshot: expected finite numbers as ${name}, got ${JSON.stringify(fact)}`, {
    fact: name,
    actual: fact,
  });
}
