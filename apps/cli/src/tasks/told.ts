import type { OptionName, Values } from "../grammar/options.ts";

/** Those of the options that the user gave. */
export function told(values: Partial<Values>, names: readonly OptionName[]): Partial<Values> {
  return Object.fromEntries(names.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])));
}
