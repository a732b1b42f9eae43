import { WideheadError } from "@widehead/core";

/** What is learned from, what is tuned on, and what is only measured on. */
export interface Split<T> {
  readonly train: T[];
  readonly validation: T[];
  readonly test: T[];
}

/** One document in so many is test, and the one before it validation. */
const PERIOD = 20;

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
  documents.forEach((document, index) => {
    const place = index % PERIOD;
    const part = place === PERIOD - 1 ? split.test : place === PERIOD - 2 ? split.validation : split.train;
    part.push(document);
  });
  return split;
}
