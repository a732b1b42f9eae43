import type { HostMatrix } from "@widehead/core";
import { Body, type BodySetting, initialRandom } from "./body.ts";
import { Embedding } from "./input/embedding.ts";
import type { SparseInput } from "./input/sparse-input.ts";
import { SparseLayer } from "./input/sparse-layer.ts";
import { type BodyOptions, checkBodyOptions, checkSparseBodyOptions, type SparseBodyOptions } from "./options.ts";
import { setValues } from "./parameter.ts";

/** The body of a language model. Throws ERR_OPTION, ERR_MEMORY. */
export function languageBody(options: BodyOptions, setting: BodySetting): Body<Uint32Array, Embedding> {
  checkBodyOptions(options);
  const { vocabularySize: words, embedding: size, context, seed } = options;
  const { dtype } = setting.backend.numerics;
  const random = initialRandom(setting.initial, seed, "embedding");
  return new Body(new Embedding({ words, size, context, dtype, random }), options, setting);
}

/** The body of a sparse model, with the caller's input rows or those that the setting says. Throws ERR_OPTION, ERR_MEMORY, ERR_SHAPE. */
export function sparseBody(
  options: SparseBodyOptions,
  setting: BodySetting & { readonly inputRows?: HostMatrix },
): Body<SparseInput, SparseLayer> {
  checkSparseBodyOptions(options);
  const { inputs, embedding: width, combine = "sum", seed, layerNorm = false, dropout = 0 } = options;
  const input = new SparseLayer({
    inputs,
    width,
    combine,
    inputDropout: options.inputDropout ?? 0,
    bias: options.inputBias ?? false,
    activation: options.inputActivation ?? "linear",
    layerNorm,
    dropout,
    deviation: options.inputDeviation ?? 1 / Math.sqrt(width),
    dtype: setting.backend.numerics.dtype,
    kernels: setting.kernels,
    random: initialRandom(setting.initial, seed, "embedding"),
  });
  if (setting.inputRows) setValues("inputRows", input.table, setting.inputRows);
  return new Body(input, options, setting);
}
