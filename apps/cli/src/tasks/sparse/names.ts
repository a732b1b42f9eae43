import type { Dictionary } from "@widehead/data";
import { wrongUse } from "../../grammar/parse.ts";
import { suggestions } from "../../suggest.ts";

/** The id of a name that a user gave. Throws WideheadError ERR_OPTION, with names that are much like an unknown one. */
export function knownId(argument: string, what: string, name: string, names: Dictionary): number {
  const id = names.idOf(name);
  if (id !== undefined) return id;
  const alike = suggestions(name, names.names).map((other) => JSON.stringify(other));
  const hint = alike.length === 0 ? "" : `, such as ${alike.join(", ")}`;
  throw wrongUse(argument, `one of the ${names.size} ${what}${hint}`, JSON.stringify(name));
}
