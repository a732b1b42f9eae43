import { type TokenSource, tokensOf, type Vocabulary } from "@widehead/data";
import type { SavedRun } from "../../checkpoint.ts";
import { parseValue } from "../../grammar/options.ts";
import { wrongUse } from "../../grammar/parse.ts";
import { readCorpus, sourceOf } from "./corpus.ts";
import { isSequences } from "./sequences.ts";
import { isLarge, openText, type Text, textOf } from "./text.ts";
import { vocabularyOf } from "./vocabulary.ts";

/** What a run's model is measured on, in the ids of its vocabulary. */
export interface HeldOutText extends Disposable {
  readonly source: string;
  readonly vocabulary: Vocabulary;
  readonly tokens: TokenSource;
  /** The whole, where it is the text that the run was trained on. */
  readonly text: Text | undefined;
}

/**
 * The test part of the text that a run was trained on; all of another, which needs no split.
 * Throws WideheadError ERR_IO, ERR_FORMAT, and ERR_OPTION for another text that is too large for memory.
 */
export async function openHeldOut(run: SavedRun, data: string | undefined, directory: string): Promise<HeldOutText> {
  const { options, data: trained } = run.record;
  const minimumCount = parseValue("minimumCount", options.minimumCount ?? "");
  const told = data ?? trained.source;
  const source = sourceOf(told, directory);
  const format = options.format === undefined ? undefined : parseValue("format", options.format);
  if (!isSequences(format) && isLarge(source)) {
    const text = await openText({ data: told, minimumCount }, directory);
    if (text.fingerprint === trained.fingerprint) return testPartOf(text);
    text[Symbol.dispose]();
    throw wrongUse("--data", "the text of the run, or one of at most 64 MiB", source);
  }
  const corpus = await readCorpus(told, directory, format);
  if (corpus.fingerprint === trained.fingerprint) return testPartOf(textOf(corpus, minimumCount));
  const vocabulary = vocabularyOf(run);
  const tokens = tokensOf(corpus.documents.map((document) => vocabulary.encode(document)));
  return { source, vocabulary, tokens, text: undefined, [Symbol.dispose]() {} };
}

function testPartOf(text: Text): HeldOutText {
  const { source, vocabulary, test } = text;
  return { source, vocabulary, tokens: test, text, [Symbol.dispose]: () => text[Symbol.dispose]() };
}
