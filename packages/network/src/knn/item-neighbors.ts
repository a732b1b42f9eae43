import { checkSparse, type SparseInput } from "../input/sparse-input.ts";
import { requireInteger, requireNonNegative } from "../validate.ts";
import { type Ranker, rankRows } from "./ranker.ts";
import { rowNorms, transposed, type ValuedRows, valued } from "./sparse-rows.ts";

export interface ItemNeighborsOptions {
  /** How many nearest items an item has as neighbours, and any as near as the last of them. 200 unless told. */
  readonly neighbors?: number;
  /** s of (x·y)/(‖x‖‖y‖ + s): distrusts a likeness that few users bear out. 10 unless told. */
  readonly shrinkage?: number;
}

/**
 * Item-based nearest neighbours: an item's score is the sum, over its own neighbours that the user has, of the cosine
 * between the two items' columns. O(Σ n²) once over users of n items, O(items + entries of the n items) a user.
 * Throws ERR_SHAPE, ERR_INDEX_RANGE, ERR_OPTION.
 *
 * @param interactions  [users, items], the values their weights
 * @see Deshpande & Karypis 2004, Item-based top-N recommendation algorithms
 */
export function itemNeighbors(interactions: SparseInput, options: ItemNeighborsOptions = {}): Ranker {
  const { neighbors = 200, shrinkage = 10 } = options;
  requireInteger("neighbors", neighbors, 1);
  requireNonNegative("shrinkage", shrinkage);
  checkSparse("interactions", interactions, { columns: interactions.columns });
  const { offsets, ids, values } = transposed(nearestItems(valued(interactions), neighbors, shrinkage));
  const shape = { inputs: interactions.columns, outputs: interactions.columns };
  return {
    name: "item neighbours",
    ...shape,
    predict: (input, k, rankOptions = {}) =>
      rankRows(shape, input, k, rankOptions, (user, scores) => {
        for (let n = input.offsets[user]; n < input.offsets[user + 1]; n += 1) {
          const item = input.ids[n];
          const weight = input.values?.[n] ?? 1;
          for (let i = offsets[item]; i < offsets[item + 1]; i += 1) scores[ids[i]] += weight * values[i];
        }
      }),
  };
}

/** For each item its neighbours' cosines. */
function nearestItems(users: ValuedRows, neighbors: number, shrinkage: number): ValuedRows {
  const items = transposed(users);
  const norms = rowNorms(items);
  const dots = new Float64Array(items.rows);
  const metBy = new Uint32Array(items.rows);
  const offsets = new Uint32Array(items.rows + 1);
  const ids: number[] = [];
  const values: number[] = [];
  for (let item = 0; item < items.rows; item += 1) {
    const met = addProducts(users, items, item, dots, metBy);
    const similarities = Float64Array.from(met, (other) =>
      dots[other] === 0 ? 0 : dots[other] / (norms[item] * norms[other] + shrinkage),
    );
    const least = similarities.slice().sort().at(-neighbors) ?? -Infinity;
    for (const [i, other] of met.entries()) {
      dots[other] = 0;
      if (similarities[i] < least) continue;
      ids.push(other);
      values.push(similarities[i]);
    }
    offsets[item + 1] = ids.length;
  }
  return { ...items, columns: items.rows, offsets, ids: Uint32Array.from(ids), values: Float64Array.from(values) };
}

/**
 * Adds the item's products with all items to `dots`, and returns those that it shares a user with, itself left out.
 *
 * @param metBy  1 + the last item that met each
 */
function addProducts(
  users: ValuedRows,
  items: ValuedRows,
  item: number,
  dots: Float64Array,
  metBy: Uint32Array,
): number[] {
  const met: number[] = [];
  for (let n = items.offsets[item]; n < items.offsets[item + 1]; n += 1) {
    const user = items.ids[n];
    for (let i = users.offsets[user]; i < users.offsets[user + 1]; i += 1) {
      const other = users.ids[i];
      if (other === item) continue;
      if (metBy[other] !== item + 1) met.push(other);
      metBy[other] = item + 1;
      dots[other] += items.values[n] * users.values[i];
    }
  }
  return met;
}
