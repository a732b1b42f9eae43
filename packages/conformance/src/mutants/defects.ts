import { type Backend, FactoredLayer, memoryRows, type RowStore, type SparseMatrix } from "@widehead/core";
import { defaultParts } from "@widehead/core/internals";
import type { CreateLayer, FactoredLayerLike } from "../case.ts";
import { replace } from "../replace.ts";
import { afterUpdate, type LayerMutant, withParts } from "./mutant.ts";

/** A layer on a row store that knows only so many bits of an id. */
function withIdBits(bits: number): CreateLayer {
  return (options) => {
    const { outputs, features, backend } = options;
    const store = memoryRows({ outputs, features, dtype: backend.numerics.dtype });
    const wrap = (ids: Uint32Array) => ids.map((id) => id % 2 ** bits);
    const rows: RowStore = replace(store, {
      read: (ids, ...rest) => store.read(wrap(ids), ...rest),
      write: (ids, ...rest) => store.write(wrap(ids), ...rest),
    });
    return withParts({})({ ...options, rows });
  };
}

/** Layers that count together the steps of all that are made on one backend. */
function sharingCounters(): CreateLayer {
  const layers = new WeakMap<Backend, FactoredLayerLike[]>();
  return async (options) => {
    const layer = await FactoredLayer.create(options);
    const others = layers.get(options.backend) ?? [];
    layers.set(options.backend, [...others, layer]);
    return replace<FactoredLayerLike>(layer, {
      async diagnostics() {
        const own = await layer.diagnostics();
        const before = await Promise.all(others.map((other) => other.diagnostics()));
        return { ...own, steps: before.reduce((total, { steps }) => total + steps, own.steps) };
      },
    });
  };
}

/** Tᵀ without the entries that come, in their row of T, after one of a larger column. */
function withoutUnsorted(transposed: SparseMatrix, { rows, offsets, columnIds }: SparseMatrix): SparseMatrix {
  const missed = new Set<string>();
  for (let row = 0; row < rows; row += 1) {
    let largest = 0;
    for (const column of columnIds.subarray(offsets[row], offsets[row + 1])) {
      if (column < largest) missed.add(`${column},${row}`);
      largest = Math.max(largest, column);
    }
  }
  const values = Float64Array.from(transposed.values);
  for (let column = 0; column < transposed.rows; column += 1) {
    for (let n = transposed.offsets[column]; n < transposed.offsets[column + 1]; n += 1) {
      if (missed.has(`${column},${transposed.columnIds[n]}`)) values[n] = 0;
    }
  }
  return { ...transposed, values };
}

/** Layers with the defects of the published code of the method. */
export const defectMutants: readonly LayerMutant[] = [
  {
    id: "inverse-by-mean-slope",
    title: "U⁻ᵀ is updated as if all examples had the same slope a, as they have in squared error",
    killedBy: "defects/01-inverse-of-spherical-losses",
    createLayer: afterUpdate(({ input: { backend, buffers, state, spare }, pass, rates: { learningRate, keep } }) => {
      const { squares } = pass.slopes;
      const mean = squares.reduce((total, slope) => total + slope, 0) / squares.length;
      const directions = buffers.get("directions", pass.hidden.rows, pass.hidden.columns);
      backend.combine(spare.inverse, [{ matrix: state.inverse, factor: 1 / keep }]);
      const alpha = (learningRate * mean) / keep;
      backend.gemm(directions, pass.hidden, spare.inverse, { transposeA: true, alpha, beta: 1 });
    }),
  },
  {
    id: "sum-not-decayed",
    title: "Weight decay leaves w̄ as it was",
    killedBy: "defects/02-decay-of-sums",
    createLayer: afterUpdate(({ input: { backend, state, spare }, rates }) =>
      backend.combine(spare.sum, [{ matrix: spare.sum }, { matrix: state.sum, factor: 1 - rates.keep }]),
    ),
  },
  {
    id: "power-iteration-from-unit",
    title: "The power iteration begins at the first hidden unit, and never leaves it where that one is dead",
    killedBy: "defects/04-dead-unit",
    createLayer: withParts({
      update(input, ...rest) {
        const backend = replace(input.backend, {
          fill(out, value) {
            input.backend.fill(out, 0);
            input.backend.fill(input.backend.view(out, 0, 0, 1, 1), value);
          },
        });
        return defaultParts.update({ ...input, backend }, ...rest);
      },
    }),
  },
  {
    id: "overlap-of-sorted-ids",
    title: "T Tᵀ takes the targets of an example to be sorted, and misses those that are not",
    killedBy: "defects/05-unsorted-and-shared-ids",
    createLayer: withParts({
      gradientNorm: (input, pass, gradient, transposed) =>
        defaultParts.gradientNorm(input, pass, gradient, withoutUnsorted(transposed, pass.slopes.targets)),
    }),
  },
  {
    id: "sums-not-recomputed",
    title: "recompute does nothing, and finds nothing",
    killedBy: "defects/06-recomputed-sums",
    restoreLayer: async (snapshot, options) =>
      replace<FactoredLayerLike>(await FactoredLayer.restore(snapshot, options), {
        recompute: async () => ({ gramDrift: 0, sumDrift: 0 }),
      }),
  },
  {
    id: "counters-shared",
    title: "The layers of a backend count their steps together",
    killedBy: "defects/07-counters-of-each-layer",
    createLayer: sharingCounters(),
  },
  {
    id: "ids-of-31-bits",
    title: "The row store knows 31 bits of an id",
    killedBy: "defects/09-offsets-beyond-32-bits",
    createLayer: withIdBits(31),
  },
];
