import type { Dtype } from "@widehead/core";
import type { Parameter } from "../parameter.ts";
import { requireName, requireNonNegative } from "../validate.ts";
import { Adam, type AdamOptions, checkAdamOptions } from "./adam.ts";
import type { Optimizer } from "./optimizer.ts";
import { checkSgdOptions, type SgdOptions, sgd } from "./sgd.ts";

export type { AdamOptions } from "./adam.ts";
export type { Optimizer } from "./optimizer.ts";
export type { SgdOptions } from "./sgd.ts";

/** How the body learns: the rule with its constants, and the learning rate that a schedule scales. */
export type OptimizerOptions = SgdOptions | AdamOptions;

/** Throws ERR_OPTION, or TypeError unless the options are an object. */
export function checkOptimizerOptions(options: OptimizerOptions): void {
  if (typeof options !== "object" || options === null) throw new TypeError("bodyOptimizer must be an object");
  requireName("bodyOptimizer.name", options.name, ["sgd", "adam"]);
  requireNonNegative("bodyOptimizer.learningRate", options.learningRate);
  if (options.name === "sgd") checkSgdOptions(options);
  else checkAdamOptions(options);
}

/** The optimiser of one parameter, with state zero; the options are valid. */
export function createOptimizer(options: OptimizerOptions, parameter: Parameter, dtype: Dtype): Optimizer {
  return options.name === "sgd" ? sgd(options, parameter, dtype) : new Adam(options, parameter, dtype);
}
