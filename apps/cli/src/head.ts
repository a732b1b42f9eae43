import {
  type Backend,
  createPreconditioner,
  DenseLayer,
  FactoredLayer,
  type Loss,
  type OutputLayer,
  type PreconditionerFactory,
  type Snapshot,
  type SphericalLoss,
  WideheadError,
} from "@widehead/core";
import { headDefaults } from "./defaults.ts";
import type { Values } from "./grammar/options.ts";

export interface HeadOptions {
  readonly backend: Backend;
  readonly output: Values["output"];
  readonly optimizer: Values["optimizer"];
  /** λ of the optimizer, its own unless told. */
  readonly damping?: number;
  readonly loss: Loss;
  readonly outputs: number;
  /** d, the constant included. */
  readonly features: number;
  readonly seed: number;
  readonly memoryLimit: number;
  /** Standard deviation of the first weights: the layer's own unless told. */
  readonly deviation?: number;
}

/** A new output layer; outputs start at the loss's bias. Throws WideheadError ERR_UNSUPPORTED, ERR_MEMORY. */
export async function createHead({
  output,
  optimizer,
  damping,
  loss,
  seed,
  deviation,
  ...shape
}: HeadOptions): Promise<OutputLayer> {
  const offset = new Float64Array(shape.features);
  offset[shape.features - 1] = headDefaults(loss).bias;
  const initial = { seed, offset, ...(deviation !== undefined && { deviation }) };
  if (output === "dense") return DenseLayer.create({ ...shape, loss, initial });
  const steps = preconditionerOf(optimizer, damping === undefined ? {} : { damping });
  return FactoredLayer.create({ ...shape, loss: requireSpherical(loss), initial, ...steps });
}

/** The option of a factored layer that makes its steps those of the optimizer. */
export function preconditionerOf(
  optimizer: Values["optimizer"],
  options: { readonly damping?: number } = {},
): { readonly preconditioner?: PreconditionerFactory } {
  return optimizer === "sgd" ? {} : { preconditioner: createPreconditioner(optimizer, { ...options }) };
}

/** The output layer of a checkpoint. Throws WideheadError ERR_FORMAT, ERR_MEMORY. */
export function restoreHead(snapshot: Snapshot, backend: Backend, memoryLimit: number): Promise<OutputLayer> {
  const layer = snapshot.facts.kind === "dense" ? DenseLayer : FactoredLayer;
  return layer.restore(snapshot, { backend, memoryLimit });
}

/** The loss, if the factored layer can do it. Throws WideheadError ERR_UNSUPPORTED. */
export function requireSpherical(loss: Loss): SphericalLoss {
  if (loss.family === "spherical") return loss;
  throw new WideheadError(
    "ERR_UNSUPPORTED",
    `--loss: expected a loss of the spherical family for the factored layer, got ${loss.name}, which needs every output; train it with --output dense`,
    { argument: "--loss", expected: "a loss of the spherical family", actual: loss.name },
  );
}
