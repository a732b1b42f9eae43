import {
  type Backend,
  type HostMatrix,
  type Json,
  type Matrix,
  type Snapshot,
  type SparseTargets,
  type TopK,
  WideheadError,
} from "@widehead/core";
import { type Buffers, checkedFacts, requireCount } from "@widehead/core/internals";
import { formatError } from "../../snapshot/tensors.ts";
import { checkedCounts, countsTensors, restoreCounts } from "../counts.ts";
import type { BaselineRestoreOptions } from "../restore-options.ts";
import { Classifications } from "../rows/classifications.ts";
import { RowsLayer, type RowsPass } from "../rows/layer.ts";
import { logisticPass } from "../rows/logistic.ts";
import { type RowOptimizer, WeightRows } from "../rows/weight-rows.ts";
import { HuffmanTree } from "./huffman.ts";
import { type TreeInput, treeScores, treeTopK } from "./query.ts";

export interface HierarchicalOptions {
  readonly backend: Backend;
  /** D, up to 2³¹. */
  readonly outputs: number;
  /** d, the constant that serves as bias included. */
  readonly features: number;
  /** [D] occurrences of each output, which shape the tree. */
  readonly counts: ArrayLike<number>;
  readonly optimizer?: RowOptimizer;
  /** Bytes that the weights may take; ERR_MEMORY beyond. Unlimited unless told. */
  readonly memoryLimit?: number;
}

interface Facts {
  readonly kind: "hierarchical-softmax";
  readonly version: number;
  readonly outputs: number;
  readonly features: number;
  readonly optimizer: RowOptimizer;
  readonly rowCount: number;
  readonly counters: { readonly steps: number };
}

const kind = "hierarchical-softmax";
const version = 1;

/**
 * Hierarchical softmax on a Huffman tree: the probability of an output is the product of the answers on its path, about
 * log D logistic regressions of O(d), exact and normalised. Questions start undecided, at zero.
 *
 * An output's score is its log-probability. There is no row of weights for an output: `rows` and `grow` throw
 * ERR_UNSUPPORTED. Weight decay acts on the questions that a batch asks.
 *
 * @see Morin & Bengio 2005; Mikolov et al. 2013, §2.1
 */
export class HierarchicalSoftmaxLayer extends RowsLayer {
  readonly kind: typeof kind = kind;
  readonly outputs: number;
  readonly #counts: Float64Array;
  readonly #tree: HuffmanTree;
  readonly #asked = new Classifications();
  /** An evaluation may come between a gradient and its update. */
  readonly #queryAsked = new Classifications();

  private constructor(backend: Backend, weights: WeightRows, counts: Float64Array, counters: { steps: number }) {
    super(backend, weights, counters);
    this.outputs = counts.length;
    this.#counts = counts;
    this.#tree = HuffmanTree.fromCounts(counts);
  }

  /** @throws WideheadError ERR_OPTION, ERR_SHAPE, ERR_MEMORY */
  static async create(options: HierarchicalOptions): Promise<HierarchicalSoftmaxLayer> {
    const { backend, outputs, features, optimizer = "sgd", memoryLimit } = options;
    requireCount("outputs", outputs, 2 ** 31);
    const counts = checkedCounts(options.counts, outputs);
    const weights = WeightRows.zeros({ backend, outputs: questionRows(outputs), features, optimizer, memoryLimit });
    return new HierarchicalSoftmaxLayer(backend, weights, counts, { steps: 0 });
  }

  /** @throws WideheadError ERR_FORMAT, ERR_MEMORY */
  static async restore(snapshot: Snapshot, options: BaselineRestoreOptions): Promise<HierarchicalSoftmaxLayer> {
    const { outputs, features, optimizer, rowCount, counters } = checkedFacts<Facts>(snapshot, kind, version);
    const counts = await restoreCounts(snapshot, outputs);
    if (counts === undefined) throw formatError("counts", "a tensor", "none");
    const shape = { ...options, outputs: questionRows(outputs), features, optimizer };
    const weights = await WeightRows.restore(shape, snapshot, rowCount);
    return new HierarchicalSoftmaxLayer(options.backend, weights, counts, { ...counters });
  }

  protected observe(hidden: Matrix, targets: SparseTargets, purpose: "update" | "evaluate"): Promise<RowsPass> {
    const [buffers, asked] = purpose === "update" ? [this.buffers, this.#asked] : [this.queryBuffers, this.#queryAsked];
    this.#ask(asked, targets);
    return logisticPass({ ...this.#input(buffers), method: kind }, hidden, asked);
  }

  protected scoresOf(hidden: Matrix, ids: Uint32Array): Promise<HostMatrix> {
    return treeScores(this.#input(this.queryBuffers), hidden, ids);
  }

  protected topKOf(hidden: Matrix, k: number): Promise<TopK> {
    return treeTopK(this.#input(this.queryBuffers), hidden, k);
  }

  protected async rowsOf(): Promise<HostMatrix> {
    throw unsupported("rows", "outputs have no weights of their own");
  }

  protected async addOutputs(): Promise<void> {
    throw unsupported("grow", "the tree has no place for outputs without counts");
  }

  protected async snapshot(): Promise<Snapshot> {
    const { outputs, features, weights, counters } = this;
    const { optimizer, store } = weights;
    const facts: Facts = {
      kind,
      version,
      outputs,
      features,
      optimizer,
      rowCount: store.touched,
      counters: { ...counters },
    };
    return {
      facts: facts as unknown as { readonly [key: string]: Json },
      tensors: [...countsTensors(this.#counts), ...weights.tensors()],
    };
  }

  #ask(asked: Classifications, { rows, offsets, ids, values, exampleWeights }: SparseTargets): void {
    asked.clear(rows);
    for (let j = 0; j < rows; j += 1) {
      for (let n = offsets[j]; n < offsets[j + 1]; n += 1) {
        const weight = (values?.[n] ?? 1) * (exampleWeights?.[j] ?? 1);
        this.#tree.eachAnswer(ids[n], (question, yes) => asked.push(question, yes, weight, 0));
      }
      asked.endExample(j);
    }
  }

  #input(buffers: Buffers): TreeInput {
    return { backend: this.backend, buffers, weights: this.weights, tree: this.#tree };
  }
}

/** A single output needs no question, but a store has a row at least. */
function questionRows(outputs: number): number {
  return Math.max(1, outputs - 1);
}

function unsupported(operation: string, reason: string): WideheadError {
  return new WideheadError(
    "ERR_UNSUPPORTED",
    `${operation}: expected a layer with rows of weights by output, got hierarchical softmax, in which ${reason}`,
    { operation, loss: kind },
  );
}
