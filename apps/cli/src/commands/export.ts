import { resolve } from "node:path";
import { writeWordVectors } from "@widehead/data";
import { number } from "../format.ts";
import type { AnyCommand } from "../grammar/command.ts";
import type { WordVectors } from "../tasks/words/vectors.ts";
import { isSpecial } from "../tasks/words/vocabulary.ts";
import { wordsCommand } from "./words.ts";

/** Rows that are in memory at a time. */
const blockRows = 4096;

export const exportVectors: AnyCommand = wordsCommand({
  name: "export",
  summary: "Write a model's vectors of words as text",
  positionals: ["DIR"],
  required: ["out"],
  example: "runs/embeddings --out vectors.txt",
  notes: ["--out is a file in the text format of word2vec, which is replaced; the most frequent word comes first."],

  async answer(vectors, { values: { out } }, { directory }) {
    const { vocabulary, dimensions } = vectors;
    const ids = Uint32Array.from({ length: vocabulary.size }, (_, id) => id).filter((id) => !isSpecial(vocabulary, id));
    const words = Array.from(ids, (id) => vocabulary.wordOf(id));
    await writeWordVectors(resolve(directory, out), { words, dimensions, vectors: blocksOf(vectors, ids) });
    return {
      data: { file: out, words: words.length, dimensions },
      text: `${number(words.length)} words with ${dimensions} numbers each in ${out}`,
    };
  },
});

async function* blocksOf(vectors: WordVectors, ids: Uint32Array): AsyncGenerator<Float32Array> {
  for (let begin = 0; begin < ids.length; begin += blockRows) {
    const { data } = await vectors.rows(ids.subarray(begin, begin + blockRows));
    yield Float32Array.from(data);
  }
}
