import { type Dictionary, type SparseMatrix, sparseFromRows } from "@widehead/data";
import type { SparseModel } from "@widehead/network";
import type { BackendChoice } from "../../backends.ts";
import { columns } from "../../format.ts";
import type { Input, Outcome } from "../../grammar/command.ts";
import type { Values } from "../../grammar/options.ts";
import { wrongUse } from "../../grammar/parse.ts";
import { resumedSettings } from "../../training/settings.ts";
import { bagOf } from "../sparse/bags.ts";
import { type Features, savedFeatures } from "../sparse/features.ts";
import { knownId } from "../sparse/names.ts";
import { openModel, type Question } from "../task.ts";
import { told } from "../told.ts";
import { labelsOf, readTaggerData } from "./data.ts";
import { formatMeasured, measure } from "./measure.ts";
import type { TaggerSettings } from "./settings.ts";
import { training } from "./train.ts";

type Asked = BackendChoice & Pick<Values, "count"> & Partial<Values>;

export const evaluate: Question = {
  options: ["data", "test", "format", "k"],
  notes: [
    "P, NDCG and propensity-scored P of held-out rows, or of those in --test, beside the tags of the nearest rows.",
  ],

  async answer(run, { positionals, values }: Input<Asked>, io): Promise<Outcome> {
    const settings = resumedSettings<TaggerSettings>(run.record, told(values, evaluate.options), training.free!);
    const data = await readTaggerData(settings, io, run);
    await using open = await openModel(training.restore, run, values, io);
    const measured = await measure(open.model, data, settings.k);
    const { model, baselines } = measured;
    return {
      data: { directory: positionals[0], data: data.source, ...model, baselines },
      text: formatMeasured(measured, data).join("\n"),
    };
  },
};

export const predict: Question = {
  options: [],
  notes: [
    "TEXT is words, where the model knows features by name, or feature:value feature:value … Without TEXT each line of stdin",
    "is one.",
  ],

  async answer(run, { positionals, values }: Input<Asked>, io): Promise<Outcome> {
    const features = savedFeatures(run);
    const labels = labelsOf(run);
    await using open = await openModel(training.restore, run, values, io);
    const tag = (text: string) => tagsOf(text, values.count, { model: open.model, features, labels });
    const text = positionals[1];
    if (text !== undefined) {
      const tagged = await tag(text);
      if (tagged.unknown.length > 0) io.stderr.write(`Not among the features: ${tagged.unknown.join(", ")}\n`);
      return { data: tagged, text: columns(tagged.predictions.map(line)).join("\n") };
    }
    const all: Tagged[] = [];
    for await (const row of io.stdin()) all.push(await tag(row));
    return {
      data: { rows: all },
      text: all.map(({ predictions }) => predictions.map(({ label }) => label).join("\t")).join("\n"),
    };
  },
};

interface Tagged {
  readonly text: string;
  readonly unknown: readonly string[];
  readonly predictions: readonly { readonly label: string; readonly output: number }[];
}

interface Tagger {
  readonly model: SparseModel;
  readonly features: Features;
  readonly labels: Dictionary;
}

async function tagsOf(text: string, count: number, { model, features, labels }: Tagger): Promise<Tagged> {
  const { row, unknown } = rowOf(text, features);
  const top = await model.predict(features.weighting.apply(row), count);
  const predictions = [...top.ids].map((id, i) => ({ label: labels.nameOf(id), output: top.outputs[i]! }));
  return { text, unknown, predictions };
}

/** A text's row. Throws WideheadError ERR_OPTION for words that the model could not know, and features that it does not. */
function rowOf(
  text: string,
  { count, names }: Features,
): { readonly row: SparseMatrix; readonly unknown: readonly string[] } {
  const words = text.trim().split(/\s+/);
  const pairs = words.map((word) => /^(?<feature>.+):(?<value>[-+.\d][-+.\de]*)$/i.exec(word)?.groups);
  if (pairs.every((pair) => pair !== undefined)) {
    const entries = new Map(pairs.map(({ feature, value }) => [featureId(feature!, count, names), Number(value)]));
    return {
      row: sparseFromRows([{ ids: [...entries.keys()], values: [...entries.values()] }], { columns: count }),
      unknown: [],
    };
  }
  if (names !== undefined) return bagOf(text, names);
  throw wrongUse(
    "TEXT",
    "feature:value … for a model whose features are numbers; --feature-names gives them names",
    JSON.stringify(text),
  );
}

function featureId(feature: string, count: number, names: Dictionary | undefined): number {
  const id = Number(feature);
  if (/^\d+$/.test(feature) && id < count) return id;
  if (names !== undefined) return knownId("TEXT", "features", feature, names);
  throw wrongUse("TEXT", `a feature in 0 … ${count - 1}`, JSON.stringify(feature));
}

function line({ label, output }: Tagged["predictions"][number]): [string, string] {
  return [label, output.toFixed(3)];
}
