import { elementwise, type Program, type ScalarType } from "../program.ts";

/** Terms of one call: with their scales and the output they fill the eight buffers that every adapter can bind. */
export const MOST_TERMS = 3;

const made = new Map<string, Program>();

/**
 * out = Σ factorᵢ · diag(scaleᵢ) · Aᵢ, plus what `out` held where it accumulates.
 *
 * @param scaled  for each term whether it has a scale
 */
export function combine(scaled: readonly boolean[], accumulates: boolean): Program {
  const name = `combine ${scaled.map(Number)} ${accumulates}`;
  let program = made.get(name);
  if (program === undefined) {
    program = make(name, scaled, accumulates);
    made.set(name, program);
  }
  return program;
}

function make(name: string, scaled: readonly boolean[], accumulates: boolean): Program {
  const operands: Record<string, "read" | "write"> = { out: "write" };
  const parameters: Record<string, ScalarType> = { columns: "u32", count: "u32" };
  const terms = accumulates ? ["read_out(i, j)"] : [];
  scaled.forEach((hasScale, t) => {
    operands[`a${t}`] = "read";
    if (hasScale) operands[`scale${t}`] = "read";
    parameters[`factor${t}`] = "f32";
    terms.push(`params.factor${t} * ${hasScale ? `read_scale${t}(i, 0u) * ` : ""}read_a${t}(i, j)`);
  });
  const body = `let i = index / params.columns;
  let j = index % params.columns;
  write_out(i, j, ${terms.join(" + ") || "0.0"});`;
  return { name, operands, parameters, code: elementwise("params.count", body) };
}
