import type { OptionName } from "../../grammar/options.ts";
import { sparseOptions, sparseSettings, type TaskSettings } from "../sparse/options.ts";
import { type defaults, dependentDefaults, type Own } from "./defaults.ts";

export const optional: readonly OptionName[] = [...sparseOptions, "weighting", "featureNames"];

export type AutoencoderSettings = TaskSettings<Own, "weighting" | "featureNames">;
export type AutoencoderValues = typeof defaults & Partial<AutoencoderSettings>;

/** The options of a new run in full. Throws WideheadError ERR_OPTION. */
export function autoencoderSettings(values: AutoencoderValues): AutoencoderSettings {
  return sparseSettings(values, dependentDefaults);
}
