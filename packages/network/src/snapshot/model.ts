import { isWideheadError, type Json, type Snapshot, type Tensor, tensorOf } from "@widehead/core";
import type { Body } from "../body.ts";
import type { InputLayer } from "../input/input-layer.ts";
import type { HiddenOptions } from "../options.ts";
import type { StateArray } from "../parameter.ts";
import { fillFromTensor, formatError } from "./tensors.ts";

/** Version of the layout of a model's snapshot. */
const version = 2;

/** The kinds of model that a snapshot may be of. */
export type ModelKind = "language-model" | "sparse-model";

/** What a model keeps beside its output layer. */
export interface ModelState {
  readonly model: ModelKind;
  /** Steps trained. */
  readonly steps: number;
  readonly options: HiddenOptions;
  readonly state: readonly StateArray[];
}

/** The snapshot of a model: facts `version`, `model`, `steps`, `body` and `head`, tensors `body.…` and `head.…`. */
export function joinSnapshot({ model, steps, options, state }: ModelState, head: Snapshot): Snapshot {
  const { bodyOptimizer, hidden, ...rest } = options;
  const body = { ...rest, hidden: [...hidden], bodyOptimizer: { ...bodyOptimizer } };
  return {
    facts: { version, model, steps, body, head: head.facts },
    tensors: [
      ...state.map(({ name, rows, columns, values }) => tensorOf(`body.${name}`, [rows, columns], values)),
      ...head.tensors.map((tensor) => ({ ...tensor, name: `head.${tensor.name}`, chunks: () => tensor.chunks() })),
    ],
  };
}

/** The head's own snapshot, out of a model's. Throws ERR_FORMAT. */
export function headSnapshot(snapshot: Snapshot): Snapshot {
  return { facts: factsOf(snapshot, "head"), tensors: withPrefix(snapshot, "head.") };
}

/** The body of a snapshot, which `create` makes of its options, and the steps trained. Throws ERR_FORMAT. */
export async function restoreBody<I, O, L extends InputLayer<I>>(
  snapshot: Snapshot,
  model: ModelKind,
  create: (options: O) => Body<I, L>,
): Promise<{ readonly body: Body<I, L>; readonly steps: number }> {
  const { facts } = snapshot;
  if (facts.version !== version) throw formatError("version", String(version), facts.version);
  if (facts.model !== model) throw formatError("model", model, facts.model);
  const { steps } = facts;
  if (!isCount(steps)) throw formatError("steps", "a whole number of at least 0", JSON.stringify(steps));
  checkNames(snapshot);
  const body = createBody(() => create(factsOf(snapshot, "body") as unknown as O));
  try {
    await fillState(body.state, snapshot);
    return { body, steps };
  } catch (error) {
    body[Symbol.dispose]();
    throw error;
  }
}

async function fillState(state: readonly StateArray[], snapshot: Snapshot): Promise<void> {
  const tensors = new Map(withPrefix(snapshot, "body.").map((tensor) => [tensor.name, tensor]));
  for (const array of state) {
    const tensor = tensors.get(array.name);
    if (tensor === undefined) throw formatError(`body.${array.name}`, "a tensor", "none");
    await fillFromTensor(array, tensor);
    tensors.delete(array.name);
  }
  const [unknown] = tensors.keys();
  if (unknown !== undefined) throw formatError("tensors", "no others than the model's", `body.${unknown}`);
}

function checkNames({ tensors }: Snapshot): void {
  const names = new Set<string>();
  for (const { name } of tensors) {
    if (!/^(body|head)\./.test(name)) throw formatError("tensors", "names of body or head", name);
    if (names.has(name)) throw formatError("tensors", "each name once", `${name} twice`);
    names.add(name);
  }
}

function createBody<B>(create: () => B): B {
  try {
    return create();
  } catch (error) {
    const invalid = isWideheadError(error, "ERR_OPTION") || isWideheadError(error, "ERR_MEMORY");
    if (invalid || error instanceof TypeError) throw formatError("body", "valid options", error.message, error);
    throw error;
  }
}

function factsOf(snapshot: Snapshot, name: string): { readonly [key: string]: Json } {
  const facts = snapshot.facts[name];
  if (typeof facts === "object" && facts !== null && !Array.isArray(facts)) {
    return facts as { readonly [key: string]: Json };
  }
  throw formatError(`facts.${name}`, "an object", JSON.stringify(facts));
}

function isCount(value: Json | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function withPrefix(snapshot: Snapshot, prefix: string): Tensor[] {
  return snapshot.tensors
    .filter(({ name }) => name.startsWith(prefix))
    .map((tensor) => ({ ...tensor, name: tensor.name.slice(prefix.length), chunks: () => tensor.chunks() }));
}
