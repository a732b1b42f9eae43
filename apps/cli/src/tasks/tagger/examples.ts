import { type Dictionary, readBags, readMultiLabel, type SparseMatrix } from "@widehead/data";
import { wrongUse } from "../../grammar/parse.ts";
import { frequentColumns } from "../sparse/bags.ts";
import { namesIn, numbered } from "../sparse/features.ts";
import { detectFormat } from "../sparse/format.ts";
import { binary, resized } from "../sparse/rows.ts";
import type { TaggerSettings } from "./settings.ts";

/** Examples with their labels. */
export interface Examples {
  /** [examples, features], as they stand in the file. */
  readonly features: SparseMatrix;
  /** [examples, labels]. */
  readonly labels: SparseMatrix;
}

/** What the ids of examples are called. */
export interface Names {
  /** Undefined where features are numbers only. */
  readonly features: Dictionary | undefined;
  readonly labels: Dictionary;
}

/** How examples are read in the ids of a model. */
export interface KnownIds extends Names {
  readonly featureCount: number;
}

/** Where examples come from, absolute paths, and how. */
export interface Files extends Pick<TaggerSettings, "format" | "minimumCount" | "featureNames" | "labelNames"> {
  readonly data: string;
  readonly test: string | undefined;
}

/** The examples of a new run, with ids of their own. Throws WideheadError ERR_IO, ERR_FORMAT, ERR_OPTION. */
export async function readNew(files: Files): Promise<{
  readonly data: Examples;
  readonly test: Examples | undefined;
  readonly names: Names;
}> {
  return (await formatOf(files.data, files)) === "libsvm" ? readNewNumbers(files) : readNewTexts(files);
}

/** Examples in the ids of a model. Throws WideheadError ERR_IO, ERR_FORMAT, ERR_OPTION. */
export async function readKnown(path: string, files: Files, known: KnownIds): Promise<Examples> {
  const { features, labels, featureCount } = known;
  if ((await formatOf(path, files)) === "libsvm") {
    return readMultiLabel(path, { features: featureCount, labels: labels.size });
  }
  if (features === undefined) throw wrongUse("--format", "libsvm, as the model was trained on", "records");
  return readTexts(path, features, { dictionary: labels, unknown: "skip" });
}

async function formatOf(path: string, { format }: Files): Promise<"libsvm" | "records"> {
  const found = format ?? (await detectFormat(path));
  if (found === "libsvm" || found === "records") return found;
  throw wrongUse("--format", `libsvm or records for tags, as which ${path} was not recognised`, found);
}

async function readNewNumbers({ data, test, featureNames, labelNames }: Files) {
  const [learned, measured] = [await readMultiLabel(data), test === undefined ? undefined : await readMultiLabel(test)];
  const featureCount = Math.max(learned.features.columns, measured?.features.columns ?? 0);
  const labelCount = Math.max(learned.labels.columns, measured?.labels.columns ?? 0);
  const names = {
    features: featureNames === undefined ? undefined : await namesIn(featureNames, "features", featureCount),
    labels: labelNames === undefined ? numbered(labelCount) : await namesIn(labelNames, "labels", labelCount),
  };
  const wide = ({ features, labels }: Examples): Examples => ({
    features: resized(features, features.rows, names.features?.size ?? featureCount),
    labels: resized(labels, labels.rows, names.labels.size),
  });
  return { data: wide(learned), test: measured && wide(measured), names };
}

async function readNewTexts({ data, test, minimumCount }: Files) {
  const { text, tags } = await readBags(data, { text: { as: "text" }, tags: {} });
  const { matrix, names: features } = frequentColumns(text.matrix, text.names, minimumCount);
  const labels = tags.names;
  const measured =
    test === undefined ? undefined : await readTexts(test, features, { dictionary: labels, unknown: "add" });
  const learned = { features: matrix, labels: binary(resized(tags.matrix, matrix.rows, labels.size)) };
  return { data: learned, test: measured, names: { features, labels } };
}

async function readTexts(
  path: string,
  features: Dictionary,
  labels: { readonly dictionary: Dictionary; readonly unknown: "add" | "skip" },
): Promise<Examples> {
  const { text, tags } = await readBags(path, {
    text: { as: "text", names: { dictionary: features, unknown: "skip" } },
    tags: { names: labels },
  });
  return { features: text.matrix, labels: binary(tags.matrix) };
}
