import { Vocabulary } from "@widehead/data";
import { fileOf, type SavedRun } from "../../checkpoint.ts";
import { wrongUse } from "../../grammar/parse.ts";
import { suggestions } from "../../suggest.ts";

const VOCABULARY = "vocabulary.json";

/** The checkpoint's file of words. */
export function vocabularyFile(vocabulary: Vocabulary): Readonly<Record<string, string>> {
  return { [VOCABULARY]: JSON.stringify(vocabulary) };
}

/** The words of a run's model. Throws WideheadError ERR_FORMAT. */
export function vocabularyOf(run: SavedRun): Vocabulary {
  return Vocabulary.fromJSON(fileOf(run, VOCABULARY));
}

/** The id of a word as it is written or lower-cased; undefined for one that has none. */
export function idOfWord(vocabulary: Vocabulary, word: string): number | undefined {
  const known = [word, word.toLowerCase()].find((candidate) => vocabulary.has(candidate));
  return known === undefined ? undefined : vocabulary.idOf(known);
}

/** The id of a word that a user gave. Throws WideheadError ERR_OPTION, with words that are much like an unknown one. */
export function requireWordId(vocabulary: Vocabulary, argument: string, word: string): number {
  const id = idOfWord(vocabulary, word);
  if (id !== undefined) return id;
  const alike = suggestions(word, wordsOf(vocabulary)).map((other) => JSON.stringify(other));
  const hint = alike.length === 0 ? "" : `, such as ${alike.join(", ")}`;
  throw wrongUse(argument, `one of the model's ${vocabulary.size} words${hint}`, JSON.stringify(word));
}

/** All entries by id, `<unk>` and `</s>` among them. */
export function wordsOf(vocabulary: Vocabulary): string[] {
  return Array.from({ length: vocabulary.size }, (_, id) => vocabulary.wordOf(id));
}

/** True for `<unk>` and `</s>`. */
export function isSpecial({ unknown, sentenceEnd }: Vocabulary, id: number): boolean {
  return id === unknown || id === sentenceEnd;
}

/** The ids of `<unk>` and `</s>`. */
export function specialIds({ unknown, sentenceEnd }: Vocabulary): number[] {
  return [unknown, sentenceEnd];
}

/** True for words and numbers; false for marks, `<unk>` and `</s>`. */
export function isWord(vocabulary: Vocabulary, id: number): boolean {
  return !isSpecial(vocabulary, id) && /[\p{L}\p{N}]/u.test(vocabulary.wordOf(id));
}
