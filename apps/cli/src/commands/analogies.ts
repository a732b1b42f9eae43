import { columns } from "../format.ts";
import type { AnyCommand } from "../grammar/command.ts";
import { analogousWords, usualCandidates } from "../tasks/words/vectors.ts";
import { requireWordId } from "../tasks/words/vocabulary.ts";
import { wordsCommand } from "./words.ts";

export const analogies: AnyCommand = wordsCommand({
  name: "analogies",
  summary: "Show which words are to C as B is to A",
  positionals: ["DIR", "A", "B", "C"],
  defaults: { count: 10 },
  optional: ["among"],
  example: "runs/embeddings man men woman",
  notes: [
    `The words nearest to B − A + C, A, B and C left out, among the ${usualCandidates} most frequent unless --among says else.`,
  ],

  async answer(vectors, { positionals: [, ...words], values: { count, among = usualCandidates } }) {
    const [a, b, c] = ["A", "B", "C"].map((name, i) => requireWordId(vectors.vocabulary, name, words[i]!));
    const found = await analogousWords(vectors, [a!, b!, c!], { count, among });
    return {
      data: { words, analogies: found },
      text: columns(found.map(({ word, similarity }) => [word, similarity.toFixed(3)])).join("\n"),
    };
  },
});
