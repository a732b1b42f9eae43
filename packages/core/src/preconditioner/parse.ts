import type { PreconditionerFactory } from "../contract/index.ts";
import { WideheadError } from "../errors.ts";
import { diagonal } from "./diagonal.ts";
import { secondOrder } from "./second-order.ts";

const factories: Readonly<Record<string, (options: Readonly<Record<string, number>>) => PreconditionerFactory>> = {
  diagonal,
  "second-order": secondOrder,
};

/** The built-in preconditioner of a name, `diagonal` or `second-order`. Throws ERR_OPTION. */
export function createPreconditioner(
  name: string,
  options: Readonly<Record<string, number>> = {},
): PreconditionerFactory {
  const factory = Object.hasOwn(factories, name) ? factories[name] : undefined;
  if (factory !== undefined) return factory(options);
  const known = Object.keys(factories);
  throw new WideheadError("ERR_OPTION", `preconditioner: expected one of ${known.join(", ")}, got ${name}`, {
    argument: "preconditioner",
    expected: known,
    actual: name,
  });
}
