import { Buffers } from "../buffers.ts";
import type { Dtype, RowStore } from "../contract/index.ts";
import { WideheadError } from "../errors.ts";
import { checkInitial, type InitialWeights, initialOffset, initialRows, startsEqual } from "../initial.ts";
import { bytesOf } from "../matrix.ts";
import { memoryRows } from "../rows/index.ts";
import { checkMemory, requireCount, requireNumber, requireOneOf } from "../validate.ts";
import { Core, DEFAULT_CONDITION_LIMIT } from "./core.ts";
import type { FactoredOptions } from "./options.ts";
import { measureRows, scanRows } from "./statistics.ts";
import { replaceSums } from "./sums.ts";

/** Bytes of the state, its spare and the d × d scratch of a layer of d features, and of its preconditioner. */
export function stateBytes(features: number, dtype: Dtype, preconditioned: boolean): number {
  return (preconditioned ? 20 : 12) * features * features * bytesOf(dtype);
}

/** Bytes of a layer of so many touched rows. */
export function layerBytes(rows: number, features: number, dtype: Dtype, preconditioned: boolean): number {
  return rows * (features * bytesOf(dtype) + 12) + stateBytes(features, dtype, preconditioned);
}

/** @throws WideheadError as {@link FactoredLayer.create} */
export async function createCore(options: FactoredOptions): Promise<Core> {
  const { outputs, features, initial = {} } = options;
  checkOptions(options);
  const dtype = options.backend.numerics.dtype;
  const needed = layerBytes(startsEqual(initial) ? 0 : outputs, features, dtype, options.preconditioner !== undefined);
  checkMemory(
    `a factored layer of ${outputs} outputs and ${features} features in ${dtype}`,
    needed,
    options.memoryLimit,
  );
  const core = new Core(options, options.rows ?? memoryRows({ outputs, features, dtype }));
  try {
    await initialise(core, initial);
  } catch (error) {
    core[Symbol.dispose]();
    throw error;
  }
  return core;
}

function checkOptions({
  outputs,
  features,
  loss,
  conditionLimit = DEFAULT_CONDITION_LIMIT,
  system = "auto",
  initial = {},
  ...rest
}: FactoredOptions): void {
  requireCount("outputs", outputs, 2 ** 32 - 1);
  requireCount("features", features);
  const limited = conditionLimit >= 0 && Number.isFinite(conditionLimit);
  requireNumber("conditionLimit", conditionLimit, limited, "a finite number ≥ 0");
  const { chainMemory = 0 } = rest;
  requireNumber("chainMemory", chainMemory, chainMemory >= 0 && Number.isFinite(chainMemory), "a finite number ≥ 0");
  requireOneOf("system", system, ["auto", "batch", "features"]);
  requireOneOf("undefinedExamples", rest.undefinedExamples ?? "throw", ["throw", "skip"]);
  if (loss.family !== "spherical") throw unsupportedLoss((loss as { name: string }).name);
  checkInitial(initial, outputs, features);
  checkRowStore(rest.rows, outputs, features, rest.backend.numerics.dtype);
}

/** @throws WideheadError ERR_SHAPE unless the store that is given has this shape and type */
export function checkRowStore(rows: RowStore | undefined, outputs: number, features: number, dtype: Dtype): void {
  if (rows === undefined) return;
  if (rows.outputs === outputs && rows.features === features && rows.dtype === dtype) return;
  throw new WideheadError(
    "ERR_SHAPE",
    `rows: expected a ${dtype} store [${outputs}, ${features}], got a ${rows.dtype} one [${rows.outputs}, ${rows.features}]`,
    { argument: "rows", expected: [outputs, features, dtype], actual: [rows.outputs, rows.features, rows.dtype] },
  );
}

function unsupportedLoss(name: string): WideheadError {
  return new WideheadError(
    "ERR_UNSUPPORTED",
    `loss ${name}: the factored layer needs a loss of the spherical family, which sees the outputs through their sum and sum of squares; use a dense layer`,
    { loss: name, layer: "factored" },
  );
}

/** Fills V, ω and what follows from them. */
async function initialise(core: Core, initial: InitialWeights): Promise<void> {
  const { backend, store, chain } = core;
  const [D, d] = [store.outputs, store.features];
  const omega = initialOffset(initial, d);
  core.resetTransform(core.state);
  backend.write(core.state.offset, omega);
  if (startsEqual(initial)) {
    replaceSums(
      core,
      omega.map((value) => D * value),
      new Float64Array(d * d),
    );
    return;
  }
  let first = 0;
  for (const rows of initialRows(initial, backend, D, d, scanRows(d))) {
    const count = rows.length / d;
    await store.write(
      Uint32Array.from({ length: count }, (_, i) => first + i),
      rows,
      new Uint32Array(count),
    );
    first += count;
  }
  using buffers = new Buffers(backend);
  const { sum, gram } = await measureRows({ backend, buffers, store, chain }, undefined, omega, omega);
  replaceSums(core, sum, gram);
}
