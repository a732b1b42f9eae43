import { formatError, type Place, shown } from "../format-error.ts";
import { wholeNumber } from "../require.ts";
import { RowCollector } from "../sparse/collect.ts";
import type { SparseMatrix } from "../sparse/matrix.ts";
import { forEachLine } from "../text-stream.ts";
import { idField, numberField } from "./fields.ts";

export interface MultiLabelOptions {
  /** How many features there are: as the header says, else one more than the largest, unless told. */
  readonly features?: number;
  /** How many labels there are, likewise. */
  readonly labels?: number;
}

/** Examples with any number of labels each. */
export interface MultiLabel {
  /** [rows, features]. */
  readonly features: SparseMatrix;
  /** [rows, labels], without values. */
  readonly labels: SparseMatrix;
}

/**
 * Reads the multi-label form of libsvm files that the extreme classification repository uses, gzipped or not: perhaps a
 * line `rows features labels`, then `label,label feature:value feature:value …` a line, ids from 0. A line that begins
 * with a space, or has no label before its first feature, is an example without labels; `#` begins a comment.
 *
 * @throws WideheadError ERR_IO, ERR_OPTION; ERR_FORMAT with file and line for ids that are no whole numbers in range,
 * values that are no finite numbers, a label or feature that comes twice, another number of rows than the header says,
 * and a file without examples
 * @see Bhatia et al. 2016, The extreme classification repository
 */
export async function readMultiLabel(path: string, options: MultiLabelOptions = {}): Promise<MultiLabel> {
  for (const name of ["features", "labels"] as const) {
    if (options[name] !== undefined) wholeNumber(name, options[name], 1);
  }
  const features = new RowCollector("reject");
  const labels = new RowCollector("reject");
  let header: Header | undefined;
  await forEachLine(path, (line, number) => {
    const place = { path, line: number };
    if (number === 1) {
      header = headerOf(line, place);
      if (header !== undefined) return;
    }
    const [content] = line.split("#", 1);
    if (content.trim() === "") return;
    const limits = { features: options.features ?? header?.features, labels: options.labels ?? header?.labels };
    const { labelIds, featureIds, values } = parse(content, limits, place);
    labels.add(labelIds, undefined, (entry) => formatError(place, "each label once", `${labelIds[entry]} twice`));
    features.add(featureIds, values, (entry) => formatError(place, "each feature once", `${featureIds[entry]} twice`));
  });
  const { rows } = features;
  if (rows === 0) throw formatError({ path }, "examples", "none");
  if (header !== undefined && header.rows !== rows) {
    throw formatError({ path }, `${header.rows} examples, as its first line says,`, `${rows}`);
  }
  return {
    features: features.build(options.features ?? header?.features ?? features.width),
    labels: labels.build(options.labels ?? header?.labels ?? labels.width),
  };
}

interface Header {
  readonly rows: number;
  readonly features: number;
  readonly labels: number;
}

/** Three whole numbers are no example, since features have a colon. */
function headerOf(line: string, place: Place): Header | undefined {
  if (!/^\s*\d+\s+\d+\s+\d+\s*$/.test(line)) return undefined;
  const [rows, features, labels] = line
    .trim()
    .split(/\s+/)
    .map((size) => idField(size, "size", 2 ** 32, place));
  return { rows, features, labels };
}

interface Limits {
  readonly features: number | undefined;
  readonly labels: number | undefined;
}

interface Example {
  readonly labelIds: number[];
  readonly featureIds: number[];
  readonly values: number[];
}

function parse(content: string, limits: Limits, place: Place): Example {
  const words = content.trimEnd().split(/\s+/);
  const first = words[0];
  const hasLabels = first !== "" && !first.includes(":");
  const labelIds = hasLabels
    ? first.split(",").map((label) => idField(label, "label", limits.labels ?? 2 ** 32, place))
    : [];
  const featureIds: number[] = [];
  const values: number[] = [];
  for (const word of hasLabels || first === "" ? words.slice(1) : words) {
    const colon = word.indexOf(":");
    if (colon < 0) throw formatError(place, "feature:value", shown(word));
    featureIds.push(idField(word.slice(0, colon), "feature", limits.features ?? 2 ** 32, place));
    values.push(numberField(word.slice(colon + 1), "value", place));
  }
  return { labelIds, featureIds, values };
}
