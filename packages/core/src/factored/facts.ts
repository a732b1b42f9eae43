import type { Dtype, Json, Snapshot } from "../contract/index.ts";
import { WideheadError } from "../errors.ts";
import { formatLoss } from "../losses/index.ts";
import { checkedFacts } from "../snapshot.ts";
import { type ChainFacts, chainFacts } from "./chain-snapshot.ts";
import type { Core, Counters } from "./core.ts";
import type { SweepPosition } from "./sweeper.ts";

const VERSION = 2;

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

function checkFacts({ epoch, firstEpoch, ...rest }: Facts): void {
  for (const name of ["conditionLimit", "rowCount", "squaredNorm", "sweep", "counters"] as const)
    checkNumbers(name, rest[name]);
  checkMarks(rest.sweep.marks);
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
  if (Number.isInteger(epoch) && Number.isInteger(firstEpoch) && firstEpoch >= 0 && epoch >= firstEpoch) return;
  throw new WideheadError(
    "ERR_FORMAT",
    `snapshot: expected whole epochs 0 ≤ first ≤ last, got ${firstEpoch} and ${epoch}`,
    {
      actual: [firstEpoch, epoch],
    },
  );
}

function checkMarks(marks: unknown): void {
  const pairs: readonly unknown[] = Array.isArray(marks) ? marks : [];
  if (pairs.length > 0 && pairs.every((mark) => Array.isArray(mark) && mark.length === 2)) return;
  const message = `snapshot: expected pairs of position and epoch as marks of the sweep, got ${JSON.stringify(marks)}`;
  throw new WideheadError("ERR_FORMAT", message, { fact: "sweep", actual: marks });
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
