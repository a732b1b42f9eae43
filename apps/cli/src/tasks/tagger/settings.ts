import type { OptionName } from "../../grammar/options.ts";
import { sparseOptions, sparseSettings, type TaskSettings } from "../sparse/options.ts";
import { type defaults, dependentDefaults, type Own } from "./defaults.ts";

export const optional: readonly OptionName[] = [...sparseOptions, "weighting", "featureNames", "labelNames"];

export type TaggerSettings = TaskSettings<Own, "weighting" | "featureNames" | "labelNames">;
export type TaggerValues = typeof defaults & Partial<TaggerSettings>;

/** The options of a new run in full. Throws WideheadError ERR_OPTION. */
export function taggerSettings(values: TaggerValues): TaggerSettings {
  return sparseSettings(values, dependentDefaults);
}
