import { readWordPairs, readWordVectors } from "@widehead/data";
import { spearman } from "@widehead/network";

/** Spearman's correlation of the cosines of exported vectors with people's scores, words lower-cased. */
export async function similarity(vectorsFile, pairsFile) {
  const { words, vectors, dimensions } = await readWordVectors(vectorsFile);
  const ids = new Map(words.map((word, id) => [word, id]));
  const vector = (id) => vectors.subarray(id * dimensions, (id + 1) * dimensions);
  const pairs = (await readWordPairs(pairsFile)).map(({ first, second, score }) => ({
    a: ids.get(first.toLowerCase()),
    b: ids.get(second.toLowerCase()),
    score,
  }));
  const known = pairs.filter(({ a, b }) => a !== undefined && b !== undefined);
  const cosines = known.map(({ a, b }) => cosine(vector(a), vector(b)));
  return {
    correlation: spearman(
      cosines,
      known.map(({ score }) => score),
    ),
    covered: known.length,
    total: pairs.length,
  };
}

function cosine(a, b) {
  let [dot, squaresA, squaresB] = [0, 0, 0];
  a.forEach((value, j) => {
    dot += value * b[j];
    squaresA += value ** 2;
    squaresB += b[j] ** 2;
  });
  return dot / Math.sqrt(squaresA * squaresB);
}
