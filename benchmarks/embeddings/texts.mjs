import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { readDocuments, SENTENCE_END, splitDocuments, tokenize } from "@widehead/data";

/** Texts by name, several joined by commas: what this library reads, and its training tokens a sentence a line for fastText. */
export async function prepare(sources, folder) {
  const documents = [];
  for (const source of sources.split(",")) documents.push(...(await readDocuments(source)));
  const data = join(folder, "text.txt");
  writeFileSync(data, documents.map(({ name, text }) => `\f${name}\n${text}\n`).join(""));
  // Read again: a document that is cut where it was not before would be split another way.
  const { train } = splitDocuments((await readDocuments(data)).map(({ text }) => tokenize(text)));
  const sentences = train.map((tokens) =>
    tokens.join(" ").replaceAll(` ${SENTENCE_END}`, "\n").replaceAll("\n ", "\n"),
  );
  const tokens = join(folder, "tokens.txt");
  writeFileSync(tokens, sentences.join(""));
  const name = sources
    .split(",")
    .map((source) => basename(source).replace(/\..*/, ""))
    .join(" + ");
  return { name, data, tokens, trainingTokens: train.reduce((sum, { length }) => sum + length, 0) };
}
