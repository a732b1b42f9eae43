import type { OptionName } from "../../grammar/options.ts";
import { sparseOptions, sparseSettings, type TaskSettings } from "../sparse/options.ts";
import { type defaults, dependentDefaults, type Own } from "./defaults.ts";

export const optional: readonly OptionName[] = [...sparseOptions, "minimumWeight"];

export type RecommenderSettings = TaskSettings<Own, "minimumWeight">;
export type RecommenderValues = typeof defaults & Partial<RecommenderSettings>;

/** The options of a new run in full. Throws WideheadError ERR_OPTION. */
export function recommenderSettings(values: RecommenderValues): RecommenderSettings {
  return sparseSettings(values, dependentDefaults);
}
