import type { OptionName, Values } from "../../grammar/options.ts";
import { newSettings } from "../../training/settings.ts";
import { type SparseSettings, type SparseValues, sparseOptions } from "../sparse/options.ts";
import { dependentDefaults, type Own } from "./defaults.ts";

export const optional: readonly OptionName[] = [...sparseOptions, "weighting", "featureNames"];

type Perhaps = Partial<Pick<Values, "weighting" | "featureNames">>;
export type AutoencoderValues = SparseValues & Pick<Values, Own> & Perhaps;
export type AutoencoderSettings = SparseSettings & Pick<Values, Own> & Perhaps;

/** The options of a new run in full. Throws WideheadError ERR_OPTION. */
export function autoencoderSettings(values: AutoencoderValues): AutoencoderSettings {
  return newSettings(values, dependentDefaults);
}
