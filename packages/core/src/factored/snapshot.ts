import type {
  Backend,
  Json,
  Matrix,
  PreconditionerFactory,
  RowStore,
  Snapshot,
  SphericalLoss,
  Tensor,
} from "../contract/index.ts";
import { WideheadError } from "../errors.ts";
import { parseLoss } from "../losses/index.ts";
import { createPreconditioner } from "../preconditioner/index.ts";
import { memoryRows } from "../rows/index.ts";
import { findTensor, readAllFloats, streamedTensor, tensorDtype, tensorOf } from "../snapshot.ts";
import { checkMemory } from "../validate.ts";
import { Chain } from "./chain.ts";
import { exactLeapsTensor, readLeaps } from "./chain-snapshot.ts";
import { Core } from "./core.ts";
import { checkRowStore, layerBytes } from "./create.ts";
import { type Facts, factsOf, readFacts } from "./facts.ts";
import { restoreRows, rowTensors } from "./row-snapshot.ts";
import { restoreSettler, unsettledTensor } from "./settler-snapshot.ts";
import { Sweeper } from "./sweeper.ts";

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

/** A layer's complete state; its rows are streamed from the store when a sink asks. */
export async function snapshotOf(core: Core): Promise<Snapshot> {
  const { backend, store, chain, settler, state, preconditioner } = core;
  const d = store.features;
  const [stacked] = await backend.readMany([state.matrix]);
  const streamed = (name: string, shape: readonly number[], matrices: readonly Matrix[]): Tensor =>
    streamedTensor(name, tensorDtype(store.dtype), shape, async function* () {
      for (const matrix of matrices) yield (await backend.readMany([matrix]))[0];
    });
  return {
    facts: factsOf(core) as unknown as { readonly [key: string]: Json },
    tensors: [
      tensorOf("state", [3 * d + 2, d], stacked),
      streamed(
        "leaps",
        [chain.leaps.length, d, d],
        chain.leaps.map(({ matrix }) => matrix),
      ),
      exactLeapsTensor(chain),
      unsettledTensor(settler),
      ...Object.entries(preconditioner?.state().matrices ?? {}).map(([name, matrix]) =>
        streamed(preconditionerTensor(name), [matrix.rows, matrix.columns], [matrix]),
      ),
      ...rowTensors(store),
    ],
  };
}

/** @throws WideheadError ERR_FORMAT, ERR_MEMORY, ERR_SHAPE */
export async function restoreCore(snapshot: Snapshot, options: RestoreOptions): Promise<Core> {
  const facts = readFacts(snapshot);
  const { backend } = options;
  const { outputs: D, features: d, rowCount } = facts;
  const { dtype } = backend.numerics;
  checkRowStore(options.rows, D, d, dtype);
  const needed = layerBytes(rowCount, d, dtype, facts.preconditioner !== undefined);
  checkMemory(`a factored layer of ${rowCount} rows and ${d} features in ${dtype}`, needed, options.memoryLimit);
  const loss = options.loss ?? builtInLoss(facts.loss);
  const stacked = await readAllFloats(findTensor(snapshot, "state", [3 * d + 2, d]), dtype);
  const leaps = await readLeaps(snapshot, facts, d, dtype);
  const store = options.rows ?? memoryRows({ outputs: D, features: d, dtype });
  await restoreRows(store, snapshot, facts);
  const settler = await restoreSettler(snapshot, facts, store);

  const { preconditioner: learned, ...rest } = facts;
  const factory = factoryOf(learned, options.preconditioner);
  const chain = Chain.restore(backend, d, facts, leaps);
  const coreOptions = { ...rest, backend, loss, ...(factory && { preconditioner: factory }) };
  const core = new Core(coreOptions, store, { chain, settler, sweeper: new Sweeper(facts.sweep) });
  try {
    backend.write(core.state.matrix, stacked);
    if (learned !== undefined) await restorePreconditioner(core, learned.state, snapshot);
  } catch (error) {
    core[Symbol.dispose]();
    throw error;
  }
  core.squaredNorm = facts.squaredNorm;
  Object.assign(core.counters, facts.counters);
  return core;
}

/** What makes the preconditioner that was saved. Throws ERR_FORMAT where another one is given. */
function factoryOf(
  saved: Facts["preconditioner"],
  given: PreconditionerFactory | undefined,
): PreconditionerFactory | undefined {
  if (given !== undefined && given.name !== saved?.name) {
    throw new WideheadError(
      "ERR_FORMAT",
      `snapshot: expected the preconditioner ${given.name} that was given, got ${saved?.name ?? "none"}`,
      { expected: given.name, actual: saved?.name },
    );
  }
  return saved && (given ?? createPreconditioner(saved.name, saved.options));
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

function builtInLoss(text: string): SphericalLoss {
  const loss = parseLoss(text);
  if (loss.family === "spherical") return loss;
  throw new WideheadError("ERR_FORMAT", `snapshot: expected a loss of the spherical family, got ${text}`, {
    actual: text,
  });
}
