import { ContextDataset, type Vocabulary } from "@widehead/data";
import type { EncodedText } from "@widehead/network";

/** Documents as ids: as one text, and as examples. */
export interface EncodedPart {
  readonly text: EncodedText;
  readonly dataset: ContextDataset;
}

export function encodePart(documents: readonly Uint32Array[], vocabulary: Vocabulary, context: number): EncodedPart {
  const start = vocabulary.sentenceEnd;
  return {
    text: { ids: concatenate(documents), start },
    dataset: new ContextDataset(documents, { context, padding: start }),
  };
}

function concatenate(parts: readonly Uint32Array[]): Uint32Array {
  const whole = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
