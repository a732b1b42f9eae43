import type { Backend, HostMatrix } from "@widehead/core";
import type { SparseMatrix } from "@widehead/data";
import { principalRows } from "@widehead/network";
import type { Values } from "../../grammar/options.ts";
import { wrongUse } from "../../grammar/parse.ts";
import { requireMemory } from "../../memory.ts";

/** What rows of a table are made for. */
export interface ModelExamples {
  readonly input: SparseMatrix;
  /** Which outputs they should have, where those are others than the inputs. */
  readonly targets?: SparseMatrix;
}

/** Of a target beside an input row of length 1. */
const targetWeight = 0.6;
const iterations = 3;
/** Tall matrices that are in memory at a time, in float64. */
const copies = 3;
/** Numbers in one of them, at most, where the user does not say how many features. */
const mostNumbers = 2 ** 27;

/** First rows of an input table; undefined for random ones. Throws WideheadError ERR_OPTION, ERR_MEMORY. */
export async function firstRows(
  { inputRows, combine, seed }: Pick<Values, "inputRows" | "combine" | "seed">,
  { input, targets }: ModelExamples,
  embedding: number,
  backend: Backend,
  memoryLimit: number,
): Promise<HostMatrix | undefined> {
  if (inputRows === "random") return undefined;
  if (embedding > input.columns) {
    throw wrongUse("--features", `at most the ${input.columns} inputs with --input-rows principal`, String(embedding));
  }
  const height = input.columns + (targets?.columns ?? 0);
  requireMemory(`principal directions of ${height} columns`, copies * 8 * height * embedding, memoryLimit);
  return principalRows(input, {
    ...{ backend, embedding, combine, seed, iterations },
    ...(targets && { targets, targetWeight }),
  });
}

/**
 * How many principal directions suit examples, at most `most`: half as many as there are rows and no more than 12 √rows, since
 * the rest says more about these rows than about others.
 */
export function principalFeatures({ input: { rows, columns }, targets }: ModelExamples, most: number): number {
  const inMemory = Math.floor(mostNumbers / (columns + (targets?.columns ?? 0)));
  const learned = Math.floor(Math.min(rows / 2, 12 * Math.sqrt(rows)));
  return Math.max(1, Math.min(most, columns, learned, inMemory));
}
