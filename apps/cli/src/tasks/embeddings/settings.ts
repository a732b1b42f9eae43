import type { OptionName, Values } from "../../grammar/options.ts";
import { newSettings, type RunValues, usualOptions } from "../../training/settings.ts";
import type { SparseSettings } from "../sparse/options.ts";
import { isSequences } from "../words/sequences.ts";
import { type defaults, dependentDefaults, type Own, subsample } from "./defaults.ts";

/** A model without hidden layers has nothing to normalise or to drop. */
export const optional: readonly OptionName[] = [
  ...usualOptions.filter((name) => name !== "layerNorm" && name !== "dropout"),
  "subsample",
  "format",
];

export type EmbeddingsValues = typeof defaults & Partial<RunValues & Pick<Values, "subsample" | "format">>;
export type EmbeddingsSettings = SparseSettings & Pick<Values, Own>;

/** The options of a new run in full. Throws WideheadError ERR_OPTION. */
export function embeddingsSettings(values: EmbeddingsValues): EmbeddingsSettings {
  const shape = {
    features: values.embedding,
    hidden: [],
    activation: "linear",
    combine: "mean",
    inputDropout: 0,
    inputRows: "random",
    subsample: values.subsample ?? subsample[isSequences(values.format) ? "sequences" : "text"],
  } as const;
  return newSettings({ ...values, ...shape }, dependentDefaults);
}
