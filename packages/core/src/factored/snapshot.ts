import type {
  Backend,
  Dtype,
  FloatArray,
  Json,
  PreconditionerFactory,
  RowStore,
  Snapshot,
  SphericalLoss,
  Tensor,
} from "../contract/index.ts";
import { WideheadError } from "../errors.ts";
import { formatLoss, parseLoss } from "../losses/index.ts";
import { floatArray } from "../matrix.ts";
import { createPreconditioner } from "../preconditioner/index.ts";
import { memoryRows } from "../rows/index.ts";
import {
  checkedFacts,
  findTensor,
  readAllFloats,
  readFloats,
  readIntegers,
  streamedTensor,
  tensorDtype,
  tensorOf,
} from "../snapshot.ts";
import { checkMemory } from "../validate.ts";
import { Chain, type ProductKey } from "./chain.ts";
import { Core, type Counters } from "./core.ts";
import { checkRowStore, layerBytes } from "./create.ts";
import { scanRows, slicesOf } from "./statistics.ts";
import { Sweeper, type SweepPosition } from "./sweeper.ts";

const VERSION = 1;

export interface RestoreOptions {
  readonly backend: Backend;
  /** Needed for a loss of the user's own; the built-in ones are found by name. */
  readonly loss?: SphericalLoss;
  /** Needed for a preconditioner of the user's own; the built-in ones are found by name. */
  readonly preconditioner?: PreconditionerFactory;
  /** An empty store of the same shape; memory unless told. */
  readonly rows?: RowStore;
  /** Bytes that rows and state may take. */
  readonly memoryLimit?: number;
}

/** The small facts of a snapshot. */
interface Facts {
  readonly kind: "factored";
  readonly version: number;
  readonly dtype: Dtype;
  readonly outputs: number;
  readonly features: number;
  readonly loss: string;
  readonly conditionLimit: number;
  readonly system: "auto" | "batch" | "features";
  readonly undefinedExamples: "throw" | "skip";
  readonly epoch: number;
  readonly firstEpoch: number;
  readonly products: readonly ProductKey[];
  readonly sweep: SweepPosition;
  readonly squaredNorm: number;
  readonly counters: Counters;
  readonly preconditioner?: {
    readonly name: string;
    readonly options: Readonly<Record<string, number>>;
    readonly state: { readonly [key: string]: Json };
  };
}

/** A layer's complete state; its rows are streamed from the store when a sink asks. */
export async function snapshotOf(core: Core): Promise<Snapshot> {
  const { backend, store, chain, state } = core;
  const [D, d] = [store.outputs, store.features];
  const [stacked] = await backend.readMany([state.matrix]);
  const factory = core.preconditionerFactory;
  const learned = core.preconditioner?.state();
  const links = Array.from({ length: chain.epoch - chain.first }, (_, i) => chain.link(chain.first + i));
  const facts: Facts = {
    kind: "factored",
    version: VERSION,
    dtype: store.dtype,
    outputs: D,
    features: d,
    loss: formatLoss(core.loss),
    conditionLimit: core.conditionLimit,
    system: core.system,
    undefinedExamples: core.undefinedExamples,
    epoch: chain.epoch,
    firstEpoch: chain.first,
    products: chain.products(),
    sweep: core.sweeper.position,
    squaredNorm: core.squaredNorm,
    counters: { ...core.counters },
    ...(factory &&
      learned && { preconditioner: { name: factory.name, options: factory.options, state: learned.facts } }),
  };
  const learnedMatrices = Object.entries(learned?.matrices ?? {});
  const floats = tensorDtype(store.dtype);
  return {
    facts: facts as unknown as { readonly [key: string]: Json },
    tensors: [
      tensorOf("state", [3 * d + 2, d], stacked),
      ...learnedMatrices.map(([name, matrix]) =>
        streamedTensor(preconditionerTensor(name), floats, [matrix.rows, matrix.columns], async function* () {
          yield (await backend.readMany([matrix]))[0];
        }),
      ),
      streamedTensor("links", floats, [links.length, d, d], async function* () {
        for (const link of links) yield (await backend.readMany([link]))[0];
      }),
      streamedTensor("rows", floats, [D, d], async function* () {
        for await (const { rows } of slicesOf(store)) yield rows;
      }),
      streamedTensor("epochs", "U32", [D], async function* () {
        for await (const { epochs } of slicesOf(store)) yield epochs;
      }),
    ],
  };
}

/** @throws WideheadError ERR_FORMAT, ERR_MEMORY, ERR_SHAPE */
export async function restoreCore(snapshot: Snapshot, options: RestoreOptions): Promise<Core> {
  const facts = checkedFacts<Facts>(snapshot, "factored", VERSION);
  checkFacts(facts);
  const { backend } = options;
  const { outputs: D, features: d } = facts;
  const dtype = backend.numerics.dtype;
  checkRowStore(options.rows, D, d, dtype);
  checkMemory(
    `a factored layer of ${D} outputs and ${d} features in ${dtype}`,
    layerBytes(D, d, dtype),
    options.memoryLimit,
  );
  const loss = options.loss ?? builtInLoss(facts.loss);
  const linkCount = facts.epoch - facts.firstEpoch;
  const tensors = {
    state: findTensor(snapshot, "state", [3 * d + 2, d]),
    links: findTensor(snapshot, "links", [linkCount, d, d]),
    rows: findTensor(snapshot, "rows", [D, d]),
    epochs: findTensor(snapshot, "epochs", [D]),
  };
  const stacked = await readAllFloats(tensors.state, dtype);
  const links: FloatArray[] = [];
  for await (const link of readFloats(tensors.links, dtype, d * d)) links.push(link);
  const store = options.rows ?? memoryRows({ outputs: D, features: d, dtype });
  await restoreAllRows(store, tensors, facts);
  const chain = Chain.restore(backend, d, facts.firstEpoch, links, facts.products);
  const { preconditioner: learned, ...rest } = facts;
  const factory = learned && (options.preconditioner ?? createPreconditioner(learned.name, learned.options));
  const core = new Core(
    { ...rest, backend, loss, ...(factory && { preconditioner: factory }) },
    store,
    chain,
    new Sweeper(facts.sweep),
  );
  backend.write(core.state.matrix, stacked);
  if (learned !== undefined) await restorePreconditioner(core, learned.state, snapshot);
  core.squaredNorm = facts.squaredNorm;
  Object.assign(core.counters, facts.counters);
  return core;
}

async function restorePreconditioner(
  core: Core,
  facts: { readonly [key: string]: Json },
  snapshot: Snapshot,
): Promise<void> {
  const preconditioner = core.preconditioner!;
  const tensors = new Map<string, Tensor>();
  for (const [name, { rows, columns }] of Object.entries(preconditioner.state().matrices)) {
    tensors.set(name, findTensor(snapshot, preconditionerTensor(name), [rows, columns]));
  }
  await preconditioner.restore(facts, tensors);
}

function preconditionerTensor(name: string): string {
  return `preconditioner.${name}`;
}

/** Reads rows and epochs side by side, neither of which need fit in memory twice. */
async function restoreAllRows(store: RowStore, tensors: { rows: Tensor; epochs: Tensor }, facts: Facts): Promise<void> {
  const size = scanRows(store.features);
  const epochPieces = readIntegers(tensors.epochs, size);
  try {
    let first = 0;
    for await (const rows of readFloats(tensors.rows, store.dtype, size * store.features)) {
      const { value: epochs } = await epochPieces.next();
      if (epochs === undefined) return;
      await restoreRows(store, first, rows, epochs, facts);
      first += epochs.length;
    }
  } finally {
    // Lets a source that reads from a file close it.
    await epochPieces.return(undefined);
  }
}

/** Zero rows stay unwritten, so that a restored store takes no more memory than the saved one. */
async function restoreRows(
  store: RowStore,
  first: number,
  rows: FloatArray,
  epochs: Uint32Array,
  facts: Facts,
): Promise<void> {
  const d = store.features;
  const kept: number[] = [];
  for (let i = 0; i < epochs.length; i += 1) {
    if (!rows.subarray(i * d, (i + 1) * d).some((value) => value !== 0)) continue;
    if (epochs[i] < facts.firstEpoch || epochs[i] > facts.epoch) {
      throw new WideheadError(
        "ERR_FORMAT",
        `snapshot: row ${first + i} has epoch ${epochs[i]}; expected ${facts.firstEpoch} to ${facts.epoch}`,
        { row: first + i, expected: [facts.firstEpoch, facts.epoch], actual: epochs[i] },
      );
    }
    kept.push(i);
  }
  const values = floatArray(store.dtype, kept.length * d);
  for (const [slot, i] of kept.entries()) values.set(rows.subarray(i * d, (i + 1) * d), slot * d);
  const ids = Uint32Array.from(kept, (i) => first + i);
  await store.write(
    ids,
    values,
    Uint32Array.from(kept, (i) => epochs[i]),
  );
}

function builtInLoss(text: string): SphericalLoss {
  const loss = parseLoss(text);
  if (loss.family === "spherical") return loss;
  throw new WideheadError("ERR_FORMAT", `snapshot: expected a loss of the spherical family, got ${text}`, {
    actual: text,
  });
}

function checkFacts({ epoch, firstEpoch, ...rest }: Facts): void {
  for (const name of ["conditionLimit", "squaredNorm", "sweep", "counters"] as const) checkNumbers(name, rest[name]);
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

/** Numbers that JSON turned into null, as it does with those that are not finite, are no numbers either. */
function checkNumbers(name: string, fact: unknown): void {
  const numbers: readonly unknown[] = typeof fact === "object" && fact !== null ? Object.values(fact) : [fact];
  if (numbers.every(Number.isFinite)) return;
  throw new WideheadError("ERR_FORMAT", `snapshot: expected finite numbers as ${name}, got ${JSON.stringify(fact)}`, {
    fact: name,
    actual: fact,
  });
}
