import { resolve } from "node:path";
import { readWordPairs } from "@widehead/data";
import { columns } from "../format.ts";
import type { AnyCommand } from "../grammar/command.ts";
import { similarityOf } from "../tasks/words/similarity.ts";
import { wordsCommand } from "./words.ts";

export const evaluateSimilarity: AnyCommand = wordsCommand({
  name: "evaluate similarity",
  summary: "Measure how far a model's vectors agree with people on which words are alike",
  positionals: ["DIR"],
  required: ["pairs"],
  example: "runs/embeddings --pairs SimLex-999.txt",
  notes: [
    "Spearman's rank correlation of the cosines with the scores of --pairs: `word1 word2 score` lines with or without a",
    "header, WordSim-353's and SimLex-999's own files among them. Pairs with a word that the model does not know are left out.",
  ],

  async answer(vectors, { positionals: [directory], values: { pairs } }, io) {
    const similarity = await similarityOf(vectors, await readWordPairs(resolve(io.directory, pairs)));
    const { correlation, covered, total } = similarity;
    return {
      data: { directory, file: pairs, ...similarity },
      text: columns([
        ["Spearman", correlation === undefined ? "undefined" : correlation.toFixed(3)],
        ["pairs", `${covered} of ${total}`],
      ]).join("\n"),
    };
  },
});
