import { selectRows } from "@widehead/data";

/** How far down the links are looked for; those below count 0. */
const depth = 100;
const batchSize = 256;

/**
 * Filtered ranking: each held-out link's rank among all synsets but those that are true answers too. Mean reciprocal rank,
 * and the share within the first ten.
 *
 * @see Bordes et al. 2013, Translating embeddings for modeling multi-relational data, §4.1
 */
export async function judgeLinks(ranker, { input, links, known }) {
  let [reciprocals, hits] = [0, 0];
  for (let begin = 0; begin < input.rows; begin += batchSize) {
    const rows = Uint32Array.from({ length: Math.min(batchSize, input.rows - begin) }, (_, i) => begin + i);
    const top = await ranker.predict(selectRows(input, rows), depth, { exclude: selectRows(known, rows) });
    for (const [i, row] of rows.entries()) {
      const answers = new Set(links.ids.subarray(links.offsets[row], links.offsets[row + 1]));
      let rank = 1;
      for (const id of top.ids.subarray(i * top.k, (i + 1) * top.k)) {
        if (!answers.has(id)) rank += 1;
        else {
          reciprocals += 1 / rank;
          if (rank <= 10) hits += 1;
        }
      }
    }
  }
  return { reciprocalRank: reciprocals / links.ids.length, hitsAt10: hits / links.ids.length };
}
