import type { OptionName, Values } from "../../grammar/options.ts";
import {
  type DependentDefaults,
  newSettings,
  type RunSettings,
  type RunValues,
  type Usual,
  usualOptions,
} from "../../training/settings.ts";

/** Options of models with sparse inputs that always have a value, beside those of every run. */
export type Own = "combine" | "inputDropout" | "inputRows";

/** Options of models with sparse inputs that may have no value. */
export const sparseOptions: readonly (Usual | "format" | "test" | "patience")[] = [
  ...usualOptions,
  "format",
  "test",
  "patience",
];

type Perhaps = Partial<Pick<Values, "format" | "test" | "patience">>;
export type SparseValues = RunValues & Pick<Values, Own> & Perhaps;
export type SparseSettings = RunSettings & Pick<Values, Own> & Perhaps;

/** The options of a new run in full. Throws WideheadError ERR_OPTION. */
export function sparseSettings<V extends SparseValues>(values: V, defaults: DependentDefaults): V & RunSettings {
  // Principal directions stay, unless hidden layers that must learn come after them.
  const fixed = values.inputRows === "principal" && values.hidden.length === 0;
  return newSettings({ ...(fixed && { bodyLearningRate: 0 }), ...values }, defaults);
}

/** What a run of a task has a value for: `A` always, `P` perhaps. */
export type TaskSettings<A extends OptionName, P extends OptionName> = SparseSettings &
  Pick<Values, A> &
  Partial<Pick<Values, P>>;
