import type { Values } from "../../grammar/options.ts";
import { newSettings, type RunSettings, type RunValues } from "../../training/settings.ts";
import { dependentDefaults, type Own } from "./defaults.ts";

export type LanguageModelValues = RunValues & Pick<Values, Own>;
export type LanguageModelSettings = RunSettings & Pick<Values, Own>;

/** The options of a new run in full. Throws WideheadError ERR_OPTION. */
export function languageModelSettings(values: LanguageModelValues): LanguageModelSettings {
  return newSettings(values, dependentDefaults);
}
