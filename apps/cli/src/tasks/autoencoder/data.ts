import { resolve } from "node:path";
import { type Dictionary, type SparseMatrix, selectRows } from "@widehead/data";
import { requireSameData, type SavedRun } from "../../checkpoint.ts";
import type { Io } from "../../io.ts";
import type { TrainingData } from "../../training/task.ts";
import { frequentColumns } from "../sparse/bags.ts";
import { type Features, featuresFile, featuresOf, namesIn, savedFeatures } from "../sparse/features.ts";
import { fingerprintOf, resized } from "../sparse/rows.ts";
import { fractionsOf, splitRows } from "../sparse/split.ts";
import { unitRows } from "../sparse/weighting.ts";
import { heldOut } from "./defaults.ts";
import { type NamedRows, readRows } from "./rows.ts";
import type { AutoencoderSettings } from "./settings.ts";

/** Rows that are to give themselves, weighted; cut into what is learned from and what is only looked at. */
export interface AutoencoderData extends TrainingData {
  readonly features: Features;
  /** All rows of the data. */
  readonly all: SparseMatrix;
  readonly rows: Dictionary;
  readonly train: SparseMatrix;
  readonly validation: SparseMatrix;
  readonly test: SparseMatrix;
}

export type ReadOptions = Pick<
  AutoencoderSettings,
  "data" | "test" | "format" | "minimumCount" | "weighting" | "featureNames" | "seed" | "patience"
>;

/** Reads the rows, features in the ids of the run's model where there is one. Throws WideheadError ERR_IO, ERR_FORMAT. */
export async function readAutoencoderData(
  settings: ReadOptions,
  { directory }: Pick<Io, "directory">,
  saved: SavedRun | undefined,
): Promise<AutoencoderData> {
  const source = resolve(directory, settings.data);
  const found =
    saved === undefined ? await newRows(source, settings, directory) : await knownRows(source, settings, saved);
  const { matrix, rows, features } = found;
  const fingerprint = fingerprintOf([matrix], features.names?.names ?? []);
  if (saved !== undefined) requireSameData({ source, fingerprint }, saved);
  const told = settings.test;
  const parts = splitRows(matrix, settings.seed, fractionsOf(heldOut, settings));
  const all = prepared(matrix, features);
  return {
    source,
    fingerprint,
    files: () => featuresFile(features),
    features,
    all,
    rows,
    train: selectRows(all, parts.train),
    validation: selectRows(all, parts.validation),
    test:
      told === undefined
        ? selectRows(all, parts.test)
        : prepared((await readRows(resolve(directory, told), settings.format, features)).matrix, features),
  };
}

/** Weighted counts are of length 1, so that a long row counts no more than a short one. */
function prepared(matrix: SparseMatrix, { weighting }: Features): SparseMatrix {
  const weighted = weighting.apply(matrix);
  return weighting.name === "none" ? weighted : unitRows(weighted);
}

interface Found extends Omit<NamedRows, "features"> {
  readonly features: Features;
}

async function newRows(
  source: string,
  { format, minimumCount, weighting, featureNames }: ReadOptions,
  directory: string,
): Promise<Found> {
  const read = await readRows(source, format, undefined);
  if (read.features !== undefined) {
    const { matrix, names } = frequentColumns(read.matrix, read.features, minimumCount);
    return { matrix, rows: read.rows, features: featuresOf(matrix, names, weighting) };
  }
  const { columns, rows } = read.matrix;
  const names =
    featureNames === undefined ? undefined : await namesIn(resolve(directory, featureNames), "features", columns);
  const matrix = resized(read.matrix, rows, names?.size ?? columns);
  return { matrix, rows: read.rows, features: featuresOf(matrix, names, weighting) };
}

async function knownRows(source: string, { format }: ReadOptions, saved: SavedRun): Promise<Found> {
  const features = savedFeatures(saved);
  return { ...(await readRows(source, format, features)), features };
}
