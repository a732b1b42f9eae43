import type { Values } from "../../grammar/options.ts";
import { type RunSettings, type RunValues, type Usual, usualOptions } from "../../training/settings.ts";

/** Options of models with sparse inputs that always have a value, beside those of every run. */
export type Own = "combine" | "inputDropout";

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
