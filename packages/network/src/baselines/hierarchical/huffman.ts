import { frequencyOrder } from "../counts.ts";

/**
 * A binary tree whose leaves are the outputs 0 … D − 1, and whose D − 1 inner nodes are the questions that lead to them.
 *
 * Nodes are numbered leaves first, then inner nodes in the order in which they were joined, so that a node's parent has a
 * larger number; the root is the last.
 */
export class HuffmanTree {
  readonly outputs: number;
  /** [2D − 2] of each node but the root: 2 · question of its parent + 1 where it is the "yes" side. */
  readonly #links: Uint32Array;

  private constructor(outputs: number, links: Uint32Array) {
    this.outputs = outputs;
    this.#links = links;
  }

  /**
   * The tree with the shortest mean path under these counts, in O(D log D): the two rarest trees are joined, over and over.
   *
   * @see Huffman 1952; two queues as in van Leeuwen 1976
   */
  static fromCounts(counts: Float64Array): HuffmanTree {
    const outputs = counts.length;
    const questions = outputs - 1;
    const { order } = frequencyOrder(counts);
    const joined = new Float64Array(questions);
    const links = new Uint32Array(2 * questions);
    let [leaf, inner] = [outputs - 1, 0];
    for (let question = 0; question < questions; question += 1) {
      for (let side = 0; side < 2; side += 1) {
        const takeLeaf = leaf >= 0 && (inner === question || counts[order[leaf]] <= joined[inner]);
        const node = takeLeaf ? order[leaf] : outputs + inner;
        joined[question] += takeLeaf ? counts[order[leaf--]] : joined[inner++];
        links[node] = 2 * question + side;
      }
    }
    return new HuffmanTree(outputs, links);
  }

  /** Calls back with each question between a leaf and the root, and with the answer that leads to the leaf. */
  eachAnswer(output: number, visit: (question: number, yes: 0 | 1) => void): void {
    const root = 2 * this.outputs - 2;
    for (let node = output; node < root; ) {
      const link = this.#links[node];
      const question = link >>> 1;
      visit(question, (link & 1) as 0 | 1);
      node = this.outputs + question;
    }
  }

  /** Number of questions that lead to an output. */
  depth(output: number): number {
    let depth = 0;
    this.eachAnswer(output, () => {
      depth += 1;
    });
    return depth;
  }

  /**
   * Log-probabilities [D] of all outputs from the logits [D − 1] of the questions, in O(D): down from the root.
   *
   * @param answers scratch [2D − 2]: log-probability of each question and answer, as links number them
   */
  logProbabilities(logits: ArrayLike<number>, answers: Float64Array, out: Float64Array): void {
    const { outputs } = this;
    const root = outputs - 2;
    for (let question = root; question >= 0; question -= 1) {
      const reached = question === root ? 0 : answers[this.#links[outputs + question]];
      const x = logits[question];
      const yes = reached + logSigmoid(x);
      answers[2 * question + 1] = yes;
      answers[2 * question] = yes - x;
    }
    if (outputs === 1) out[0] = 0;
    else for (let id = 0; id < outputs; id += 1) out[id] = answers[this.#links[id]];
  }
}

/** log σ(x) without overflow, to an absolute error of a round-off. */
export function logSigmoid(x: number): number {
  return Math.min(x, 0) - Math.log(1 + Math.exp(-Math.abs(x)));
}
