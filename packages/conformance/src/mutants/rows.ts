import { type Matrix, memoryRows, type RowStore } from "@widehead/core";
import { defaultParts, type FactoredParts } from "@widehead/core/internals";
import type { CreateLayer } from "../case.ts";
import { replace } from "../replace.ts";
import { type LayerMutant, withParts } from "./mutant.ts";

type GatherRows = FactoredParts["gatherRows"];

/** A layer that, when it gathers rows for a batch, believes them to be of other epochs than they are. */
function misreadingEpochs(change: (epoch: number, current: number) => number): CreateLayer {
  return withParts({
    gatherRows(backend, buffers, store, chain, ids) {
      const misread = replace(store, {
        async read(wanted, rows, epochs) {
          await store.read(wanted, rows, epochs);
          epochs.set(epochs.map((epoch) => change(epoch, chain.epoch)));
        },
      });
      return defaultParts.gatherRows(backend, buffers, misread, chain, ids);
    },
  });
}

/** The products that carry a row on from an epoch. */
function leapsFrom(chain: Parameters<GatherRows>[3], epoch: number): Matrix[] {
  if (epoch === chain.epoch) return [];
  const { end, matrix } = chain.longestFrom(epoch, chain.epoch);
  return [matrix, ...leapsFrom(chain, end)];
}

/** V_k C_{E−1} ··· C_e in place of V_k C_e ··· C_{E−1}. */
const gatherByReversedChain: GatherRows = (backend, buffers, store, chain, ids) => {
  const reversed = replace(chain, {
    bringForward(block, epochs) {
      for (const [r, epoch] of epochs.entries()) {
        const row = backend.view(block, r, 0, 1, chain.features);
        const moved = buffers.get("reversed", 1, chain.features);
        for (const matrix of leapsFrom(chain, epoch).reverse()) {
          backend.gemm(row, matrix, moved);
          backend.combine(row, [{ matrix: moved }]);
        }
      }
    },
  });
  return defaultParts.gatherRows(backend, buffers, store, reversed, ids);
};

const gatherAndWriteBack: GatherRows = async (backend, buffers, store, chain, ids) => {
  const block = await defaultParts.gatherRows(backend, buffers, store, chain, ids);
  const [rows] = await backend.readMany([block.matrix]);
  await store.write(block.ids, rows, new Uint32Array(block.ids.length).fill(chain.epoch));
  return block;
};

const gatherNextRows: GatherRows = async (backend, buffers, store, chain, ids) => {
  const count = store.outputs;
  const next = ids.map((id) => (id + 1) % count);
  const block = await defaultParts.gatherRows(backend, buffers, store, chain, next);
  return { ...block, ids: block.ids.map((id) => (id + count - 1) % count) };
};

/** Rows that a batch leaves inside a block are not noted. */
const gatherAsCurrent: GatherRows = async (backend, buffers, store, chain, ids) => {
  const block = await defaultParts.gatherRows(backend, buffers, store, chain, ids);
  return { ...block, storedEpochs: block.storedEpochs.map(() => chain.epoch) };
};

/** The rows that hold what a batch needs are looked for among all. */
const gatherByScan: GatherRows = async (backend, buffers, store, chain, ids) => {
  for (let id = 0; id < store.outputs; id += 1) {
    await store.read(Uint32Array.of(id), new Float64Array(store.features), new Uint32Array(1));
  }
  return defaultParts.gatherRows(backend, buffers, store, chain, ids);
};

/** A layer on a row store that writes in its own way. */
function withWrites(write: (store: RowStore) => RowStore["write"]): CreateLayer {
  return (options) => {
    const { outputs, features, backend } = options;
    const store = memoryRows({ outputs, features, dtype: backend.numerics.dtype });
    return withParts({})({ ...options, rows: replace(store, { write: write(store) }) });
  };
}

export const rowMutants: readonly LayerMutant[] = [
  {
    id: "rows-off-by-one",
    title: "A batch sees, and writes, the row after each one it names",
    killedBy: "step/squared/plain",
    createLayer: withParts({ gatherRows: gatherNextRows }),
  },
  {
    id: "epoch-not-applied",
    title: "Rows of older epochs are taken as if they were up to date",
    killedBy: "conditioning/every-step",
    createLayer: misreadingEpochs((_, current) => current),
  },
  {
    id: "epoch-off-by-one",
    title: "Rows of older epochs miss the first link of their chain",
    killedBy: "conditioning/every-step",
    createLayer: misreadingEpochs((epoch, current) => Math.min(epoch + 1, current)),
  },
  {
    id: "written-at-old-epoch",
    title: "Rows are stored as of the epoch before their own",
    killedBy: "conditioning/every-step",
    createLayer: withWrites((store) => (ids, rows, epochs) => {
      return store.write(
        ids,
        rows,
        epochs.map((epoch) => Math.max(0, epoch - 1)),
      );
    }),
  },
  {
    id: "chain-reversed",
    title: "The links of the chain are multiplied in the wrong order",
    killedBy: "conditioning/every-step",
    createLayer: withParts({ gatherRows: gatherByReversedChain }),
  },
  {
    id: "dyadic-product-misaligned",
    title: "A row at an odd epoch takes the product that begins at the even one before it",
    killedBy: "conditioning/sweep",
    createLayer: misreadingEpochs((epoch, current) => (epoch < current ? epoch - (epoch % 2) : epoch)),
  },
  {
    id: "rows-never-settled",
    title: "Rows stay where a batch left them, when the products that begin there are dropped",
    killedBy: "conditioning/sweep",
    createLayer: withParts({ gatherRows: gatherAsCurrent }),
  },
  {
    id: "sweep-skips-row",
    title: "A sweep leaves the last row of each slice behind, and then drops the links that it needs",
    killedBy: "conditioning/sweep",
    createLayer: withParts({
      bringSliceForward(backend, buffers, store, chain, { ids, rows, epochs }, target) {
        const slice = { ids: ids.subarray(0, -1), rows, epochs };
        return defaultParts.bringSliceForward(backend, buffers, store, chain, slice, target);
      },
    }),
  },
  {
    id: "sweep-stamps-rows",
    title: "A sweep marks rows as up to date without multiplying them",
    killedBy: "conditioning/sweep",
    createLayer: withParts({
      async bringSliceForward(_backend, _buffers, store, chain, { ids, rows, epochs }) {
        await store.write(
          ids,
          rows,
          epochs.map(() => chain.epoch),
        );
      },
    }),
  },
  {
    id: "refactored-by-solution",
    title: "When it refactors, the layer updates V with P in place of Ĥ",
    killedBy: "conditioning/every-step",
    createLayer: withParts({
      refactoredRows(input, pass, candidate, rates) {
        const directions = input.buffers.get("directions", pass.hidden.rows, pass.hidden.columns);
        return defaultParts.refactoredRows(input, { ...pass, direction: directions }, candidate, rates);
      },
    }),
  },
  {
    id: "refactored-without-update",
    title: "When it refactors, the layer forgets the step on V",
    killedBy: "conditioning/every-step",
    createLayer: withParts({
      refactoredRows: (input, pass, candidate, rates) =>
        defaultParts.refactoredRows(input, pass, candidate, { ...rates, learningRate: 0 }),
    }),
  },
  {
    id: "refactored-after-commit",
    title: "The layer refactors after the step: V has then been updated through U⁻¹ of a U that wore out",
    killedBy: "conditioning/singular-step",
    createLayer: withParts({
      refactoredRows({ backend, buffers, spare }, _pass, { rows }) {
        const refactored = buffers.get("refactoredLate", rows.rows, rows.columns);
        backend.gemm(rows, spare.transform, refactored);
        return refactored;
      },
    }),
  },
  {
    id: "gathering-writes",
    title: "Rows that are only looked at are brought forward in the store",
    killedBy: "evaluate/no-change",
    createLayer: withParts({ gatherRows: gatherAndWriteBack }),
  },
  {
    id: "gathering-scans",
    title: "A step looks through all the rows",
    killedBy: "laws/work-independent-of-outputs",
    createLayer: withParts({ gatherRows: gatherByScan }),
  },
];
