import { type BodyKernels, hostKernels } from "../kernels/index.ts";
import type { Parameter } from "../parameter.ts";
import { requireName, requireNonNegative } from "../validate.ts";
import { Adagrad, type AdagradOptions, checkAdagradOptions } from "./adagrad.ts";
import { Adam, type AdamOptions, type AdamWOptions, checkAdamOptions } from "./adam.ts";
import type { Optimizer } from "./optimizer.ts";
import { checkSgdOptions, type SgdOptions, sgd } from "./sgd.ts";

export type { AdagradOptions } from "./adagrad.ts";
export type { AdamOptions, AdamWOptions } from "./adam.ts";
export type { Optimizer } from "./optimizer.ts";
export type { SgdOptions } from "./sgd.ts";

/** How the body learns: the rule with its constants, and the learning rate that a schedule scales. */
export type OptimizerOptions = SgdOptions | AdamOptions | AdamWOptions | AdagradOptions;

/** Throws ERR_OPTION, or TypeError unless the options are an object. */
export function checkOptimizerOptions(options: OptimizerOptions): void {
  if (typeof options !== "object" || options === null) throw new TypeError("bodyOptimizer must be an object");
  requireName("bodyOptimizer.name", options.name, ["sgd", "adam", "adamw", "adagrad"]);
  requireNonNegative("bodyOptimizer.learningRate", options.learningRate);
  if (options.name === "sgd") checkSgdOptions(options);
  else if (options.name === "adagrad") checkAdagradOptions(options);
  else checkAdamOptions(options);
}

/** The optimiser of one parameter, with state zero; the options are valid. */
export function createOptimizer(
  options: OptimizerOptions,
  parameter: Parameter,
  kernels: BodyKernels = hostKernels,
): Optimizer {
  if (options.name === "sgd") return sgd(options, parameter, kernels);
  if (options.name === "adagrad") return new Adagrad(options, parameter, kernels);
  return new Adam(options, parameter, kernels);
}
