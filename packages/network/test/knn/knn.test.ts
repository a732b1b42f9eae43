import { createRandom } from "@widehead/core";
import { expect, test } from "vitest";
import { itemNeighbors, popularity, rowNeighbors, type SparseInput, TfIdf } from "../../src/index.ts";

function rowsOf(columns: number, lists: readonly (readonly number[])[], values?: readonly number[]): SparseInput {
  const offsets = Uint32Array.from({ length: lists.length + 1 }, (_, j) => lists.slice(0, j).flat().length);
  const sparse = { rows: lists.length, columns, offsets, ids: Uint32Array.from(lists.flat()) };
  return values === undefined ? sparse : { ...sparse, values: Float64Array.from(values) };
}

/** A full matrix of small counts, half of them zero, and the same in sparse rows. */
function drawn(rows: number, columns: number, seed: number) {
  const random = createRandom(seed);
  const full = Array.from({ length: rows }, () =>
    Array.from({ length: columns }, () => (random.uniform() < 0.5 ? 0 : 1 + random.integer(3))),
  );
  const lists = full.map((row) => [...row.keys()].filter((column) => row[column] > 0));
  return {
    full,
    sparse: rowsOf(
      columns,
      lists,
      full.flat().filter((value) => value > 0),
    ),
  };
}

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0);
const norm = (a: readonly number[]) => Math.sqrt(dot(a, a));
/** Ids by falling score, equal scores by smaller id. */
const order = (scores: readonly number[]) => [...scores.keys()].sort((i, j) => scores[j] - scores[i] || i - j);

test("popularity ranks by the number of rows, whatever the user has", () => {
  const ranker = popularity(rowsOf(4, [[1, 2], [2], [2, 3, 1]]));
  const top = ranker.predict(rowsOf(4, [[0], []]), 3);
  expect([...top.ids]).toEqual([2, 1, 3, 2, 1, 3]);
  expect([...top.outputs]).toEqual([3, 2, 1, 3, 2, 1]);
});

test("popularity takes inputs of another width", () => {
  const top = popularity(rowsOf(3, [[1], [1, 2]]), 50).predict(rowsOf(50, [[49]]), 1);
  expect([...top.ids]).toEqual([1]);
});

test.each([
  [3, 0],
  [2, 1.5],
  [20, 10],
])("item neighbours equal the definition with %i neighbours and shrinkage %f", (neighbors, shrinkage) => {
  const items = 8;
  const { full, sparse } = drawn(6, items, 3);
  const column = (item: number) => full.map((row) => row[item]);
  const cosines = Array.from({ length: items }, (_, i) =>
    Array.from({ length: items }, (_, j) => {
      if (i === j) return 0;
      const [a, b] = [column(i), column(j)];
      return dot(a, b) / (norm(a) * norm(b) + shrinkage);
    }),
  );
  const kept = cosines.map((row) => {
    const least = [...row].sort((a, b) => b - a)[Math.min(neighbors, items) - 1];
    return row.map((value) => (value >= least ? value : 0));
  });
  const ranker = itemNeighbors(sparse, { neighbors, shrinkage });
  const top = ranker.predict(sparse, items);
  for (const [user, row] of full.entries()) {
    const scores = kept.map((similarities) => dot(similarities, row));
    expect([...top.ids.subarray(user * items, (user + 1) * items)]).toEqual(order(scores));
    for (let rank = 0; rank < items; rank += 1) {
      expect(top.outputs[user * items + rank]).toBeCloseTo(scores[top.ids[user * items + rank]], 12);
    }
  }
});

test("an item that only zeros speak for is nobody's neighbour", () => {
  const top = itemNeighbors(rowsOf(3, [[0, 1, 2]], [1, 1, 0]), { shrinkage: 0 }).predict(rowsOf(3, [[0, 2]]), 3);
  expect([...top.ids]).toEqual([1, 0, 2]);
  expect([...top.outputs]).toEqual([1, 0, 0]);
});

test("excluded outputs are left out, and places without a candidate say so", () => {
  const seen = rowsOf(3, [[0, 1], []]);
  const top = popularity(rowsOf(3, [[0, 1, 2], [0]])).predict(seen, 3, { exclude: seen });
  expect([...top.ids]).toEqual([2, 0xffffffff, 0xffffffff, 0, 1, 2]);
  expect([...top.outputs]).toEqual([1, -Infinity, -Infinity, 2, 1, 1]);
});

test("TF-IDF by hand, rows of length 1", () => {
  const counts = rowsOf(3, [[0, 1], [0], [0, 2]], [2, 1, 1, 3, 1]);
  const weighting = new TfIdf(counts);
  expect([...weighting.weights]).toEqual([0, Math.log(2), Math.log(2)]);
  const weighted = weighting.apply(rowsOf(3, [[1, 2], [0], []], [1, 2, 5]));
  const [a, b] = [1, 1 + Math.log(2)];
  expect(weighted.values[0]).toBeCloseTo(a / Math.hypot(a, b), 14);
  expect(weighted.values[1]).toBeCloseTo(b / Math.hypot(a, b), 14);
  expect(weighted.values[2]).toBe(0);
});

test("row neighbours equal the definition", () => {
  const { full, sparse } = drawn(9, 7, 5);
  const query = drawn(4, 7, 6);
  const targets = drawn(9, 5, 7);
  const weights = Array.from({ length: 7 }, (_, feature) =>
    Math.log(10 / (1 + full.filter((row) => row[feature] > 0).length)),
  );
  const weighted = (row: readonly number[]) => {
    const values = row.map((count, feature) => (count > 0 ? (1 + Math.log(count)) * weights[feature] : 0));
    return values.map((value) => value / norm(values));
  };
  const top = rowNeighbors(sparse, targets.sparse, { neighbors: 3 }).predict(query.sparse, 5);
  for (const [i, row] of query.full.entries()) {
    const cosines = full.map((example) => dot(weighted(example), weighted(row)));
    const scores = [0, 0, 0, 0, 0];
    for (const voter of order(cosines).slice(0, 3)) {
      for (const [label, value] of targets.full[voter].entries()) if (value > 0) scores[label] += cosines[voter];
    }
    for (let rank = 0; rank < 5; rank += 1) {
      const id = top.ids[i * 5 + rank];
      expect(top.outputs[i * 5 + rank]).toBeCloseTo(scores[id], 12);
      expect(scores[order(scores)[rank]]).toBeCloseTo(scores[id], 12);
    }
  }
});

test("refuses what does not fit", () => {
  const code = (wanted: string) => expect.objectContaining({ code: wanted });
  const rows = rowsOf(3, [[0, 1], [2]]);
  expect(() => itemNeighbors(rows, { neighbors: 0 })).toThrow(code("ERR_OPTION"));
  expect(() => itemNeighbors(rows, { shrinkage: -1 })).toThrow(code("ERR_OPTION"));
  expect(() => rowNeighbors(rows, rows, { neighbors: 0.5 })).toThrow(code("ERR_OPTION"));
  expect(() => rowNeighbors(rows, rowsOf(3, [[0]]))).toThrow(code("ERR_SHAPE"));
  expect(() => popularity(rowsOf(3, [[3]]))).toThrow(code("ERR_INDEX_RANGE"));
  for (const ranker of [popularity(rows), itemNeighbors(rows), rowNeighbors(rows, rows)]) {
    const input = expect.objectContaining({ argument: "input.columns", expected: 3, actual: 4 });
    expect(() => ranker.predict(rowsOf(4, [[0]]), 1)).toThrow(
      expect.objectContaining({ code: "ERR_SHAPE", details: input }),
    );
    expect(() => ranker.predict(rows, 0)).toThrow(code("ERR_OPTION"));
    expect(() => ranker.predict(rows, 1, { exclude: rowsOf(3, [[0]]) })).toThrow(code("ERR_SHAPE"));
  }
});
