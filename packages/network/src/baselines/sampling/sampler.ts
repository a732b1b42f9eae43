import type { Random } from "@widehead/core";
import { requireOneOf } from "@widehead/core/internals";
import { optionError } from "../../validate.ts";
import { LogUniformSampler } from "./log-uniform.ts";
import { UnigramSampler } from "./unigram.ts";

/** A distribution over the outputs, from which negatives are drawn. */
export interface Sampler {
  /** One output, in O(1). */
  draw(random: Random): number;
  /** p(id), above 0 for every output. */
  probability(id: number): number;
}

export type SamplerName = "log-uniform" | "unigram";

/** @throws WideheadError ERR_OPTION for an unknown name, and for "unigram" without counts */
export function createSampler(name: SamplerName, outputs: number, counts: Float64Array | undefined): Sampler {
  requireOneOf("sampler", name, ["log-uniform", "unigram"]);
  if (name === "log-uniform") return new LogUniformSampler(outputs, counts);
  if (counts === undefined) throw optionError("counts", "given for the unigram sampler", "none");
  return new UnigramSampler(counts);
}
