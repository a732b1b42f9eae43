import { resolve } from "node:path";
import { columnCounts, Dictionary, type SparseMatrix, selectRows } from "@widehead/data";
import { inversePropensities } from "@widehead/network";
import { fileOf, requireSameData, type SavedRun } from "../../checkpoint.ts";
import type { Io } from "../../io.ts";
import type { TrainingData } from "../../training/task.ts";
import { type Features, featuresFile, featuresOf, savedFeatures } from "../sparse/features.ts";
import type { ModelExamples } from "../sparse/first-rows.ts";
import { fingerprintOf } from "../sparse/rows.ts";
import { fractionsOf, splitRows } from "../sparse/split.ts";
import { heldOut } from "./defaults.ts";
import { type Examples, type Files, readKnown, readNew } from "./examples.ts";
import type { TaggerSettings } from "./settings.ts";

const LABELS = "labels.json";

/** Examples, cut into what is learned from and what is only looked at. */
export interface TaggerData extends TrainingData {
  readonly features: Features;
  readonly labels: Dictionary;
  readonly train: Examples;
  readonly validation: Examples;
  /** Both together: what methods that are not trained may use. */
  readonly known: Examples;
  readonly test: Examples;
}

type ReadOptions = Pick<
  TaggerSettings,
  "data" | "test" | "format" | "minimumCount" | "weighting" | "featureNames" | "labelNames" | "seed" | "patience"
>;

/** Reads the examples, in the ids of the run's model where there is one. Throws WideheadError ERR_IO, ERR_FORMAT. */
export async function readTaggerData(
  settings: ReadOptions,
  { directory }: Pick<Io, "directory">,
  saved: SavedRun | undefined,
): Promise<TaggerData> {
  const files = filesOf(settings, directory);
  const found = saved === undefined ? await newExamples(files, settings) : await knownExamples(files, saved);
  const { data, features, labels } = found;
  const fingerprint = fingerprintOf([data.features, data.labels], labels.names);
  const source = files.data;
  if (saved !== undefined) requireSameData({ source, fingerprint }, saved);
  const { train, validation, test } = splitRows(data.features, settings.seed, fractionsOf(heldOut, settings));
  return {
    source,
    fingerprint,
    files: () => ({ ...featuresFile(features), [LABELS]: JSON.stringify(labels) }),
    features,
    labels,
    train: examplesAt(data, train),
    validation: examplesAt(data, validation),
    known: examplesAt(data, Uint32Array.from([...train, ...validation]).sort()),
    test: found.test ?? examplesAt(data, test),
  };
}

/** What a run's labels are called. Throws WideheadError ERR_FORMAT. */
export function labelsOf(run: SavedRun): Dictionary {
  return Dictionary.fromJSON(fileOf(run, LABELS));
}

/** 1/p of each label, from the examples that are known; undefined for too few of them. */
export function propensitiesOf({ known: { labels } }: TaggerData): Float64Array | undefined {
  return labels.rows < 3 ? undefined : inversePropensities(columnCounts(labels), { examples: labels.rows });
}

/** Features as the model takes them. */
export function weighted({ features }: Examples, { weighting }: Features): SparseMatrix {
  return weighting.apply(features);
}

/** What a model learns from. */
export function modelExamples({ train, features }: TaggerData): Required<ModelExamples> {
  return { input: weighted(train, features), targets: train.labels };
}

async function newExamples(files: Files, { weighting }: ReadOptions) {
  const { data, test, names } = await readNew(files);
  return { data, test, labels: names.labels, features: featuresOf(data.features, names.features, weighting) };
}

async function knownExamples(files: Files, saved: SavedRun) {
  const features = savedFeatures(saved);
  const labels = labelsOf(saved);
  const known = { features: features.names, featureCount: features.count, labels };
  const data = await readKnown(files.data, files, known);
  const test = files.test === undefined ? undefined : await readKnown(files.test, files, known);
  return { data, test, labels, features };
}

function filesOf({ data, test, featureNames, labelNames, ...rest }: ReadOptions, directory: string): Files {
  const absolute = (path: string) => resolve(directory, path);
  return {
    ...rest,
    data: absolute(data),
    test: test === undefined ? undefined : absolute(test),
    ...(featureNames !== undefined && { featureNames: absolute(featureNames) }),
    ...(labelNames !== undefined && { labelNames: absolute(labelNames) }),
  };
}

function examplesAt({ features, labels }: Examples, rows: Uint32Array): Examples {
  return { features: selectRows(features, rows), labels: selectRows(labels, rows) };
}
