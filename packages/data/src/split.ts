import { WideheadError } from "@widehead/core";
import { PERIOD, partOf } from "./parts.ts";

/** What is learned from, what is tuned on, and what is only measured on. */
export interface Split<T> {
  readonly train: T[];
  readonly validation: T[];
  readonly test: T[];
}

/**
 * Splits documents by their place: every 20th is test (indices 19, 39, …), the one before it validation, the rest train.
 *
 * @throws WideheadError ERR_FORMAT with fewer than 20 documents, since a part would be empty
 */
export function splitDocuments<T>(documents: readonly T[]): Split<T> {
  if (documents.length < PERIOD) {
    throw new WideheadError(
      "ERR_FORMAT",
      `splitDocuments: documents must be at least ${PERIOD} so that train, validation and test have one each, got ${documents.length}; ` +
        "separate documents by form feeds, paragraphs by blank lines, or use a longer text",
      { argument: "documents", expected: PERIOD, actual: documents.length },
    );
  }
  const split: Split<T> = { train: [], validation: [], test: [] };
  for (const [index, document] of documents.entries()) split[partOf(index)].push(document);
  return split;
}
