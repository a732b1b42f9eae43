import { type Backend, type HostMatrix, hostMatrix, type Matrix, type TopK } from "@widehead/core";
import { type Buffers, IdSlots, TopKCollector } from "@widehead/core/internals";
import type { WeightRows } from "../rows/weight-rows.ts";
import { type HuffmanTree, logSigmoid } from "./huffman.ts";

export interface TreeInput {
  readonly backend: Backend;
  readonly buffers: Buffers;
  readonly weights: WeightRows;
  readonly tree: HuffmanTree;
}

/** Logits of all questions that are held at a time, for as many examples as fit. */
const logitElements = 2 ** 24;

/** Log-probabilities of some outputs [m, ids.length], in O(md) a question on their paths. */
export async function treeScores(input: TreeInput, hidden: Matrix, ids: Uint32Array): Promise<HostMatrix> {
  const { backend, buffers, weights, tree } = input;
  const m = hidden.rows;
  let most = 0;
  for (const id of ids) most += tree.depth(id);
  const slots = new IdSlots(most);
  for (const id of ids) tree.eachAnswer(id, (question) => slots.add(question));
  const questions = slots.ids();
  const logits = buffers.get("logits", m, questions.length);
  backend.gemm(hidden, await weights.gather(buffers, questions), logits, { transposeB: true });
  const [read] = await backend.readMany([logits]);
  const scores = hostMatrix(m, ids.length);
  for (let j = 0; j < m; j += 1) {
    for (let i = 0; i < ids.length; i += 1) {
      let sum = 0;
      tree.eachAnswer(ids[i], (question, yes) => {
        const logit = read[j * questions.length + slots.add(question)];
        sum += logSigmoid(yes === 1 ? logit : -logit);
      });
      scores.data[j * ids.length + i] = sum;
    }
  }
  return scores;
}

/** The k most probable outputs of each example, exactly, in mDd. */
export async function treeTopK(input: TreeInput, hidden: Matrix, k: number): Promise<TopK> {
  const { tree } = input;
  const m = hidden.rows;
  const questions = tree.outputs - 1;
  const ids = Uint32Array.from({ length: tree.outputs }, (_, id) => id);
  const answers = new Float64Array(2 * questions);
  const scores = new Float64Array(tree.outputs);
  const all = { rows: m, k, ids: new Uint32Array(m * k), outputs: new Float64Array(m * k) };
  const slice = Math.max(1, Math.floor(logitElements / tree.outputs));
  for (let first = 0; first < m; first += slice) {
    const rows = Math.min(slice, m - first);
    const logits = await allLogits(input, input.backend.view(hidden, first, 0, rows, hidden.columns));
    for (let j = 0; j < rows; j += 1) {
      const collector = new TopKCollector(1, k, undefined);
      tree.logProbabilities(logits.subarray(j * questions, (j + 1) * questions), answers, scores);
      collector.add(ids, scores);
      const best = collector.finish(undefined);
      all.ids.set(best.ids, (first + j) * k);
      all.outputs.set(best.outputs, (first + j) * k);
    }
  }
  return { ...all, probabilities: all.outputs.map(Math.exp) };
}

/** [m, D − 1] logits of all questions. */
async function allLogits({ backend, buffers, weights, tree }: TreeInput, hidden: Matrix): Promise<Float64Array> {
  const questions = tree.outputs - 1;
  const logits = new Float64Array(hidden.rows * questions);
  if (questions === 0) return logits;
  for await (const { ids, block } of weights.blocks(buffers)) {
    const name = block.rows === weights.blockRows ? "blockOutputs" : "lastOutputs";
    const outputs = buffers.get(name, hidden.rows, block.rows);
    backend.gemm(hidden, block, outputs, { transposeB: true });
    const [read] = await backend.readMany([outputs]);
    for (let j = 0; j < hidden.rows; j += 1) {
      logits.set(read.subarray(j * ids.length, (j + 1) * ids.length), j * questions + ids[0]);
    }
  }
  return logits;
}
