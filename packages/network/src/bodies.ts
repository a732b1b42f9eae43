import { Body, type BodySetting, initialRandom } from "./body.ts";
import { Embedding } from "./input/embedding.ts";
import type { SparseInput } from "./input/sparse-input.ts";
import { SparseLayer } from "./input/sparse-layer.ts";
import { type BodyOptions, checkBodyOptions, checkSparseBodyOptions, type SparseBodyOptions } from "./options.ts";

/** The body of a language model. Throws ERR_OPTION, ERR_MEMORY. */
export function languageBody(options: BodyOptions, setting: BodySetting): Body<Uint32Array, Embedding> {
  checkBodyOptions(options);
  const { vocabularySize: words, embedding: size, context, seed } = options;
  const { dtype } = setting.backend.numerics;
  const random = initialRandom(setting.initial, seed, "embedding");
  return new Body(new Embedding({ words, size, context, dtype, random }), options, setting);
}

/** The body of a sparse model. Throws ERR_OPTION, ERR_MEMORY. */
export function sparseBody(options: SparseBodyOptions, setting: BodySetting): Body<SparseInput, SparseLayer> {
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
  return new Body(input, options, setting);
}
