import { kneserNeyBigram } from "@widehead/network";
import { context } from "./texts.mjs";

/** Perplexity and accuracy of the interpolated Kneser-Ney bigram on the positions that the networks are measured on. */
export function measureBigram({ text, test, outputs }, { positions, seed }) {
  const model = kneserNeyBigram(text, outputs);
  const { contexts, targets } = test.batch(test.sample(positions, seed));
  const previous = targets.map((_, row) => contexts[(row + 1) * context - 1]);
  const likely = likelyWords(text, outputs);
  const rankings = new Map([...new Set(previous)].map((word) => [word, mostProbable(model, word, likely(word))]));
  const ranks = [...targets].map((word, row) => rankings.get(previous[row]).indexOf(word));
  const accuracy = (k) => ranks.filter((rank) => rank >= 0 && rank < k).length / positions;
  const logLoss = targets.reduce((sum, word, row) => sum - Math.log(model.probability(previous[row], word)), 0);
  return { perplexity: Math.exp(logLoss / positions), top1: accuracy(1), top10: accuracy(10) };
}

/**
 * Among which words the ten most probable are: those seen after a word, and the ten that follow most different words,
 * because words not seen after it are ranked by that.
 */
function likelyWords({ ids, start }, outputs) {
  const followers = new Map();
  const predecessors = new Uint32Array(outputs);
  let previous = start;
  for (const word of ids) {
    if (!followers.has(previous)) followers.set(previous, new Set());
    if (!followers.get(previous).has(word)) predecessors[word] += 1;
    followers.get(previous).add(word);
    previous = word;
  }
  const general = [...predecessors.keys()].sort((a, b) => predecessors[b] - predecessors[a]).slice(0, 10);
  return (word) => new Set([...general, ...(followers.get(word) ?? [])]);
}

function mostProbable(model, previous, candidates) {
  const probability = new Map([...candidates].map((word) => [word, model.probability(previous, word)]));
  return [...candidates].sort((a, b) => probability.get(b) - probability.get(a)).slice(0, 10);
}
