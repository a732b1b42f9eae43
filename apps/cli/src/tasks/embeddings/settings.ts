import type { Values } from "../../grammar/options.ts";
import { newSettings, type RunValues, type Usual, usualOptions } from "../../training/settings.ts";
import type { SparseSettings } from "../sparse/options.ts";
import { type defaults, dependentDefaults, type Own } from "./defaults.ts";

/** A model without hidden layers has nothing to normalise or to drop. */
export const optional: readonly Usual[] = usualOptions.filter((name) => name !== "layerNorm" && name !== "dropout");

export type EmbeddingsValues = typeof defaults & Partial<RunValues>;
export type EmbeddingsSettings = SparseSettings & Pick<Values, Own>;

/** The options of a new run in full. Throws WideheadError ERR_OPTION. */
export function embeddingsSettings(values: EmbeddingsValues): EmbeddingsSettings {
  const shape = {
    features: values.embedding,
    hidden: [],
    activation: "linear",
    combine: "mean",
    inputDropout: 0,
  } as const;
  return newSettings({ ...values, ...shape }, dependentDefaults);
}
