import { selectRows } from "@widehead/data";
import { RankingMeter } from "@widehead/network";

/** How far down the label is looked for; one below counts 0. */
const depth = 100;
const batchSize = 256;

/**
 * How often the label is the first, how often among the first five, and the mean of 1/rank.
 *
 * @param ranker  a model or a baseline, with a method predict(input, k)
 */
export async function judge(ranker, input, targets) {
  const meter = new RankingMeter({ k: [1, 5, depth] });
  for (let begin = 0; begin < input.rows; begin += batchSize) {
    const rows = Uint32Array.from({ length: Math.min(batchSize, input.rows - begin) }, (_, i) => begin + i);
    meter.add(await ranker.predict(selectRows(input, rows), depth), selectRows(targets, rows));
  }
  const [one, five, all] = meter.scores().figures;
  // With one label each, recall is how often it is found, and average precision 1/rank.
  return { first: one.recall, firstFive: five.recall, reciprocalRank: all.map };
}
