import { referenceModule } from "@widehead/conformance";
import {
  type Backend,
  createRandom,
  type Dtype,
  FactoredLayer,
  type Snapshot,
  type SphericalLoss,
  weightedSquaredError,
} from "@widehead/core";
import type { BatchSource, SparseBatch, SparseBodyOptions, SparseInput } from "../src/index.ts";
import { SparseModel } from "../src/index.ts";

/** Items of the toy catalogue. */
export const items = 14;

export const sparseToyOptions: SparseBodyOptions = {
  inputs: items,
  embedding: 6,
  combine: "normalized",
  hidden: [5],
  activation: "tanh",
  seed: 3,
  bodyOptimizer: { name: "adam", learningRate: 0.02 },
};

/** Users who like items of one of two kinds, the even ones or the odd ones. */
export function toyUsers(count: number, seed: number): SparseInput {
  const random = createRandom(seed);
  const rows = Array.from({ length: count }, (_, user) => {
    const liked = new Set<number>();
    for (let i = 0; i < 4; i += 1) liked.add(2 * random.integer(items / 2) + (user % 2));
    return [...liked];
  });
  return sparseInput(items, rows);
}

/** Rows of ids in compressed form. */
export function sparseInput(columns: number, rows: readonly (readonly number[])[]): SparseInput {
  const offsets = new Uint32Array(rows.length + 1);
  rows.forEach((ids, j) => {
    offsets[j + 1] = offsets[j] + ids.length;
  });
  return { rows: rows.length, columns, offsets, ids: Uint32Array.from(rows.flat()) };
}

/** A batch that wants its input again. */
export function autoencoding(input: SparseInput, outputs: number = input.columns): SparseBatch {
  const { rows, offsets, ids } = input;
  return { input, targets: { rows, outputs, offsets, ids } };
}

/** A source that shows the same batch again and again, in four parts. */
export function sparseSource(input: SparseInput): BatchSource<SparseBatch> {
  const size = Math.ceil(input.rows / 4);
  return {
    stepsPerEpoch: 4,
    at(step) {
      const first = (step % 4) * size;
      const rows = Math.min(size, input.rows - first);
      const begin = input.offsets[first];
      const offsets = input.offsets.slice(first, first + rows + 1).map((offset) => offset - begin);
      const ids = input.ids.slice(begin, begin + offsets[rows]);
      return autoencoding({ rows, columns: input.columns, offsets, ids });
    },
  };
}

export interface SparseToy extends AsyncDisposable {
  readonly backend: Backend;
  readonly model: SparseModel;
}

/** A small model with a factored head on the reference backend. */
export async function createSparseToy(
  changes: Partial<SparseBodyOptions> = {},
  loss: SphericalLoss = weightedSquaredError({ zeroWeight: 0.3 }),
  dtype: Dtype = "float64",
): Promise<SparseToy> {
  const options = { ...sparseToyOptions, ...changes };
  const backend = await referenceModule.create({ dtype });
  const features = (options.hidden.at(-1) ?? options.embedding) + 1;
  const head = await FactoredLayer.create({ backend, outputs: items, features, loss });
  const model = SparseModel.create({ ...options, backend, head });
  return { backend, model, [Symbol.asyncDispose]: () => model[Symbol.asyncDispose]() };
}

/** The model of a snapshot that {@link createSparseToy}'s handed out, on a backend of its own. */
export async function restoreSparseToy(snapshot: Snapshot): Promise<SparseModel> {
  const backend = await referenceModule.create();
  return SparseModel.restore(snapshot, {
    backend,
    restoreHead: (head) => FactoredLayer.restore(head, { backend }),
  });
}
