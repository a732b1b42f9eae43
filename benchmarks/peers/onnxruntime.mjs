import ort from "onnxruntime-node";
import { gemm, onnxModel } from "./onnx.mjs";
import { blockStarts, squaredErrorStep } from "./squared-error.mjs";

/**
 * A dense layer in ONNX Runtime: one run a block of W's rows, three Gemm nodes each; a second session would bring a second
 * pool of spinning threads. W and the sum stay in place, which is sound where Gemm reads its C before it writes its output
 * and W is updated last. ONNX Runtime runs independent nodes from the last of the list to the first, which no document
 * promises: the check of every process would see another order.
 */

const graphs = {
  "outputs as rows": [
    gemm(["weights", "hidden"], "outputs", { transB: 1 }),
    gemm(["outputs", "scaled", "weights"], "nextWeights"),
    gemm(["outputs", "weights", "sum"], "nextSum", { transA: 1 }),
  ],
  "outputs as columns": [
    gemm(["hidden", "weights"], "outputs", { transB: 1 }),
    gemm(["outputs", "scaled", "weights"], "nextWeights", { transA: 1 }),
    gemm(["outputs", "weights", "sum"], "nextSum"),
  ],
};
const [batchMatrix, blockMatrix] = [
  ["m", "d"],
  ["n", "d"],
];

export const forms = Object.keys(graphs).flatMap((graph) =>
  [512, 1024, 2048, 4096].map((blockRows) => ({ graph, blockRows })),
);

export function describeEngine() {
  return `ONNX Runtime ${ort.env.versions.node}, CPU`;
}

/** @param rows  (first, count) → initial rows of W, row-major */
export async function createLayer({ outputs, features }, { graph, blockRows }, threads, rows) {
  const model = onnxModel(
    graphs[graph],
    { hidden: batchMatrix, scaled: batchMatrix, weights: blockMatrix, sum: batchMatrix },
    { nextSum: batchMatrix, nextWeights: blockMatrix },
  );
  const session = await ort.InferenceSession.create(model, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
  });
  const tensor = (data) => new ort.Tensor("float32", data, [data.length / features, features]);
  const blocks = blockStarts(outputs, blockRows).map((first) =>
    tensor(rows(first, Math.min(blockRows, outputs - first))),
  );

  const row = (id) => {
    const at = (id % blockRows) * features;
    return blocks[Math.floor(id / blockRows)].data.subarray(at, at + features);
  };
  const pass = async (h, s) => {
    const [hidden, scaled, sum] = [h, s, new Float32Array(h.length)].map(tensor);
    for (const weights of blocks) {
      await session.run({ hidden, scaled, weights, sum }, { nextSum: sum, nextWeights: weights });
    }
    return sum.data;
  };
  return {
    row,
    step: (batch, learningRate) => squaredErrorStep({ row, pass }, batch, learningRate),
    release: () => session.release(),
  };
}
