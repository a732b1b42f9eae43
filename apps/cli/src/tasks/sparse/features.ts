import { WideheadError } from "@widehead/core";
import { Dictionary, readNames, type SparseMatrix } from "@widehead/data";
import { checkpointError, fileOf, type SavedRun } from "../../checkpoint.ts";
import type { Values } from "../../grammar/options.ts";
import { useOf, usualWeighting, type Weighting, weightingOf } from "./weighting.ts";

const FEATURES = "features.json";

/** What the inputs of a model are: how many, what they are called, and how they are weighted. */
export interface Features {
  readonly count: number;
  /** Undefined where they are numbers only. */
  readonly names: Dictionary | undefined;
  readonly weighting: Weighting;
}

/** The features of training rows. */
export function featuresOf(
  matrix: SparseMatrix,
  names: Dictionary | undefined,
  weighting: Values["weighting"] | undefined,
): Features {
  const name = weighting ?? usualWeighting(matrix);
  return { count: matrix.columns, names, weighting: weightingOf(name, useOf(matrix)) };
}

/** The checkpoint's file of features. */
export function featuresFile({ names, weighting: { name, use } }: Features): Readonly<Record<string, string>> {
  return { [FEATURES]: JSON.stringify({ weighting: name, ...use, names: names ?? null }) };
}

/** The features of a run's model. Throws WideheadError ERR_FORMAT. */
export function savedFeatures(run: SavedRun): Features {
  const { weighting, rows, counts, names } = (fileOf(run, FEATURES) ?? {}) as Readonly<Record<string, unknown>>;
  const valid =
    (weighting === "none" || weighting === "tf-idf") &&
    typeof rows === "number" &&
    Array.isArray(counts) &&
    counts.every((count) => typeof count === "number");
  if (!valid) throw checkpointError(run.folder, "features { weighting, rows, counts, names }", "others");
  return {
    count: counts.length,
    names: names === null ? undefined : Dictionary.fromJSON(names),
    weighting: weightingOf(weighting, { rows, counts }),
  };
}

/** The names in a file, of which there must be enough. Throws WideheadError ERR_IO, ERR_FORMAT. */
export async function namesIn(path: string, what: string, least: number): Promise<Dictionary> {
  const names = await readNames(path);
  if (names.size >= least) return names;
  const message = `data: expected names of ${least} ${what} in ${path}, got ${names.size}`;
  throw new WideheadError("ERR_FORMAT", message, { path, expected: least, actual: names.size });
}

/** Numbers from 0 as names. */
export function numbered(count: number): Dictionary {
  return Dictionary.fromNames(Array.from({ length: count }, (_, id) => `${id}`));
}
