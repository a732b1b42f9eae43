import type { OptionName, Values } from "../../grammar/options.ts";
import { newSettings } from "../../training/settings.ts";
import { type SparseSettings, type SparseValues, sparseOptions } from "../sparse/options.ts";
import { dependentDefaults, type Own } from "./defaults.ts";

export const optional: readonly OptionName[] = [...sparseOptions, "minimumWeight"];

type Perhaps = Partial<Pick<Values, "minimumWeight">>;
export type RecommenderValues = SparseValues & Pick<Values, Own> & Perhaps;
export type RecommenderSettings = SparseSettings & Pick<Values, Own> & Perhaps;

/** The options of a new run in full. Throws WideheadError ERR_OPTION. */
export function recommenderSettings(values: RecommenderValues): RecommenderSettings {
  return newSettings(values, dependentDefaults);
}
