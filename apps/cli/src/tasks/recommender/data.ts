import { resolve } from "node:path";
import { createRandom } from "@widehead/core";
import { Dictionary, readInteractions, readItemLists, type SparseMatrix, selectRows } from "@widehead/data";
import { fileOf, type SavedRun } from "../../checkpoint.ts";
import { wrongUse } from "../../grammar/parse.ts";
import type { Io } from "../../io.ts";
import type { TrainingData } from "../../training/task.ts";
import { detectFormat, type Format } from "../sparse/format.ts";
import { binary, fingerprintOf, partition, resized, rowsWithEntries } from "../sparse/rows.ts";
import { heldOut } from "./defaults.ts";
import type { RecommenderSettings } from "./settings.ts";

const ITEMS = "items.json";

/** Who has what, cut into what is learned from and what is only looked at; all matrices are [users, items]. */
export interface RecommenderData extends TrainingData {
  readonly users: Dictionary;
  readonly items: Dictionary;
  /** What is learned from. */
  readonly train: SparseMatrix;
  /** What users are known to have when they are asked about: all but the test items. */
  readonly seen: SparseMatrix;
  readonly validation: SparseMatrix;
  readonly test: SparseMatrix;
  /** Interactions of the test file whose users the data does not have. */
  readonly skipped: number;
}

type ReadOptions = Pick<RecommenderSettings, "data" | "test" | "format" | "minimumWeight" | "seed" | "patience">;

/** Reads the interactions, items in the ids of the run's model where there is one. Throws WideheadError ERR_IO, ERR_FORMAT. */
export async function readRecommenderData(
  settings: ReadOptions,
  { directory }: Pick<Io, "directory">,
  saved: SavedRun | undefined,
): Promise<RecommenderData> {
  const source = resolve(directory, settings.data);
  const items = saved === undefined ? new Dictionary() : itemsOf(saved);
  const format = await formatOf(source, settings.format);
  const known = await readAll(source, format, settings, items);
  const { users } = known;
  const told =
    settings.test === undefined
      ? undefined
      : await readTest(resolve(directory, settings.test), format, settings, items, users);
  const whole = resized(known.matrix, users.size, items.size);
  const parts = split(whole, users, items, settings.seed, {
    test: told === undefined ? heldOut.test : 0,
    validation: settings.patience === undefined ? 0 : heldOut.validation,
  });
  return {
    source,
    fingerprint: fingerprintOf([known.matrix], items.names),
    files: () => ({ [ITEMS]: JSON.stringify(items) }),
    users,
    items,
    ...parts,
    test: told === undefined ? parts.test : resized(told.matrix, users.size, items.size),
    skipped: told?.skipped ?? 0,
  };
}

/** What a run's items are called. Throws WideheadError ERR_FORMAT. */
export function itemsOf(run: SavedRun): Dictionary {
  return Dictionary.fromJSON(fileOf(run, ITEMS));
}

/** Validation users with what is left of theirs, and what should have been found. */
export function validationRows(
  { train, validation }: RecommenderData,
  most: number,
): { readonly input: SparseMatrix; readonly relevant: SparseMatrix } {
  const rows = rowsWithEntries(validation, most);
  return { input: selectRows(train, rows), relevant: selectRows(validation, rows) };
}

interface Known {
  readonly matrix: SparseMatrix;
  readonly users: Dictionary;
}

async function formatOf(path: string, told: Format | undefined): Promise<Format> {
  const format = told ?? (await detectFormat(path));
  if (format === "table" || format === "lists" || format === "records") return format;
  throw wrongUse("--format", `table, lists or records for interactions, as which ${path} was not recognised`, format);
}

async function readAll(path: string, format: Format, settings: ReadOptions, items: Dictionary): Promise<Known> {
  const names = { dictionary: items };
  if (format !== "lists") {
    const { matrix, users } = await readInteractions(path, { ...weights(settings), items: names });
    return { matrix: binary(matrix), users };
  }
  const { matrix } = await readItemLists(path, { items: names });
  return { matrix: binary(matrix), users: Dictionary.fromNames(Array.from({ length: matrix.rows }, (_, i) => `${i}`)) };
}

/** Items that nobody has in the data count as missed; users who are not in it cannot be asked about. */
async function readTest(
  path: string,
  format: Format,
  settings: ReadOptions,
  items: Dictionary,
  users: Dictionary,
): Promise<{ readonly matrix: SparseMatrix; readonly skipped: number }> {
  const names = { dictionary: items };
  if (format !== "lists") {
    const known = { dictionary: users, unknown: "skip" } as const;
    const { matrix, skipped } = await readInteractions(path, { ...weights(settings), users: known, items: names });
    return { matrix: binary(matrix), skipped };
  }
  const { matrix } = await readItemLists(path, { items: names });
  const skipped = matrix.rows > users.size ? matrix.ids.length - matrix.offsets[users.size]! : 0;
  return { matrix: binary(matrix), skipped };
}

/** Weights are read only to leave light interactions out. */
function weights({ minimumWeight }: ReadOptions) {
  return minimumWeight === undefined
    ? { columns: { weight: false as const } }
    : { minimumWeight, repeated: "last" as const };
}

/**
 * Each pair of user and item is sorted by a number of its own, which stays what it is when the data grows: what was once
 * held out is never learned from later.
 */
function split(
  matrix: SparseMatrix,
  users: Dictionary,
  items: Dictionary,
  seed: number,
  fractions: { readonly test: number; readonly validation: number },
) {
  const random = createRandom(seed).fork("held-out interactions");
  const validated = users.names.map((user) => random.fork(`user\t${user}`).uniform() < heldOut.validationUsers);
  const partOf = (row: number, id: number): number => {
    const place = random.fork(`${users.nameOf(row)}\t${items.nameOf(id)}`).uniform();
    if (place < fractions.test) return 2;
    return validated[row] && place < fractions.test + (1 - fractions.test) * fractions.validation ? 1 : 0;
  };
  const [train, validation, test] = partition(matrix, 3, partOf) as [SparseMatrix, SparseMatrix, SparseMatrix];
  const [seen] = partition(matrix, 1, (row, id) => (partOf(row, id) === 2 ? 1 : 0)) as [SparseMatrix];
  return { train, seen, validation, test };
}
