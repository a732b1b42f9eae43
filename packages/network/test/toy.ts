import { referenceModule } from "@widehead/conformance";
import type { Backend, OutputLayer, Snapshot, SphericalLoss } from "@widehead/core";
import { createRandom } from "@widehead/core";
import { type Batch, type BatchSource, type BodyOptions, LanguageModel } from "../src/index.ts";
import { NaiveHead } from "./naive-head.ts";

/** Words of the toy grammar. */
export const words = 12;

export const toyOptions: BodyOptions = {
  vocabularySize: words,
  context: 2,
  embedding: 4,
  hidden: [7],
  activation: "tanh",
  seed: 5,
  bodyOptimizer: { name: "adam", learningRate: 0.02 },
};

export interface Toy extends AsyncDisposable {
  readonly backend: Backend;
  readonly head: NaiveHead;
  readonly model: LanguageModel;
}

/** A small model on the reference backend; disposing it checks that nothing is left on the backend. */
export async function createToy(changes: Partial<BodyOptions> = {}, loss?: SphericalLoss): Promise<Toy> {
  const options = { ...toyOptions, ...changes };
  const backend = await referenceModule.create();
  const shape = { outputs: options.vocabularySize, features: options.hidden.at(-1)! + 1 };
  const head = new NaiveHead({ backend, ...shape, ...(loss && { loss }) });
  const model = LanguageModel.create({ ...options, backend, head });
  return { backend, head, model, [Symbol.asyncDispose]: () => model[Symbol.asyncDispose]() };
}

/** A restoreHead for models that {@link createToy} made. */
export function restoreNaiveHead(backend: Backend): (snapshot: Snapshot) => Promise<OutputLayer> {
  return (snapshot) => {
    const [outputs, features] = snapshot.tensors[0].shape;
    return NaiveHead.restore(snapshot, { backend, outputs, features });
  };
}

/** Text of a grammar in which the next word is, nine times in ten, a function of the two before it. */
export function toyText(length: number, seed: number): Uint32Array {
  const random = createRandom(seed);
  const ids = Uint32Array.of(1, 2, ...new Uint32Array(length));
  for (let i = 2; i < ids.length; i += 1) {
    ids[i] = random.uniform() < 0.9 ? (ids[i - 1] + 5 * (ids[i - 2] % 2) + 1) % words : random.integer(words);
  }
  return ids;
}

/** All windows of a text as one batch. */
export function toyBatch(ids: Uint32Array, context: number = toyOptions.context): Batch {
  const targets = ids.slice(context);
  const contexts = new Uint32Array(targets.length * context);
  targets.forEach((_, i) => {
    contexts.set(ids.subarray(i, i + context), i * context);
  });
  return { contexts, targets };
}

export interface ToySource extends BatchSource {
  at(step: number): Batch;
}

/** The windows of a text in order, a few at a time, over and over. */
export function toySource(ids: Uint32Array, batchSize: number): ToySource {
  const { contexts, targets } = toyBatch(ids);
  const stepsPerEpoch = Math.ceil(targets.length / batchSize);
  return {
    stepsPerEpoch,
    at(step) {
      const begin = (step % stepsPerEpoch) * batchSize;
      const end = Math.min(begin + batchSize, targets.length);
      const { context } = toyOptions;
      return { contexts: contexts.slice(begin * context, end * context), targets: targets.slice(begin, end) };
    },
  };
}

/** A snapshot with its chunks copied into memory, as a file would hold it. */
export async function keep(snapshot: Snapshot): Promise<Snapshot> {
  const tensors = snapshot.tensors.map(async (tensor) => {
    const kept: Uint8Array[] = [];
    for await (const chunk of tensor.chunks()) kept.push(chunk.slice());
    return { ...tensor, chunks: () => kept };
  });
  return {
    facts: JSON.parse(JSON.stringify(snapshot.facts)) as Snapshot["facts"],
    tensors: await Promise.all(tensors),
  };
}

/** All of a snapshot's tensors as plain bytes, to compare bit for bit. */
export async function bytesOf(snapshot: Snapshot): Promise<Record<string, Uint8Array>> {
  const kept = await keep(snapshot);
  return Object.fromEntries(
    kept.tensors.map(({ name, chunks }) => [
      name,
      Uint8Array.from([...(chunks() as Uint8Array[])].flatMap((c) => [...c])),
    ]),
  );
}

/** One epoch of a source. */
export function epochOf(source: ToySource): Batch[] {
  return Array.from({ length: source.stepsPerEpoch }, (_, step) => source.at(step));
}
