import { join } from "node:path";
import {
  holdOutEntries,
  holdOutRows,
  readInteractions,
  readItemLists,
  readMultiLabel,
  selectRows,
} from "@widehead/data";
import { TfIdf } from "@widehead/network";

/**
 * The development sets, which do not ship, as problems: inputs and targets to train on, and what should be ranked first for
 * the inputs to measure on. `part` is "test", the set's own split, or "validation", a tenth cut from its training part.
 */

const share = 0.1;
const seed = 7;

export const recommendSets = ["ml-100k", "citeulike-a"];

/** Users' items, all ratings as 1. */
export async function recommendSet(directory, name, part) {
  const { train, test } = await (name === "ml-100k" ? ratings : libraries)(join(directory, "recommend", name));
  if (part === "test") return { input: train, targets: train, queries: train, relevant: test, exclude: train };
  const { train: kept, heldOut } = holdOutEntries(train, { fraction: share, seed });
  return { input: kept, targets: kept, queries: kept, relevant: heldOut, exclude: kept };
}

async function ratings(folder) {
  const columns = { weight: false };
  const train = await readInteractions(join(folder, "train.tsv"), { columns });
  const test = await readInteractions(join(folder, "test.tsv"), {
    columns,
    users: { dictionary: train.users },
    items: { dictionary: train.items },
  });
  return { train: widened(train.matrix, test.matrix.columns), test: test.matrix };
}

async function libraries(folder) {
  const test = await readItemLists(join(folder, "test.txt"), { columns: 16_980 });
  const train = await readItemLists(join(folder, "train.txt"), { columns: 16_980 });
  return { train: train.matrix, test: test.matrix };
}

/** The same rows over more columns: items that only occur in the test part. */
function widened(matrix, columns) {
  return { ...matrix, columns };
}

/** Articles in TF-IDF, and their tags; row neighbours take the counts. */
export async function tagSet(directory, part) {
  const read = (name) => readMultiLabel(join(directory, "tags", "citeulike-t", `${name}.txt.gz`));
  const whole = await read("train");
  if (part === "test") return problem(whole, await read("test"));
  const { train, heldOut } = holdOutRows(whole.features.rows, { fraction: share, seed });
  const pick = (rows) => ({ features: selectRows(whole.features, rows), labels: selectRows(whole.labels, rows) });
  return problem(pick(train), pick(heldOut));
}

function problem(train, held) {
  const weighting = new TfIdf(train.features);
  return {
    counts: train.features,
    input: single(weighting.apply(train.features)),
    targets: train.labels,
    queries: single(weighting.apply(held.features)),
    queryCounts: held.features,
    relevant: held.labels,
  };
}

function single(rows) {
  return { ...rows, values: Float32Array.from(rows.values) };
}
