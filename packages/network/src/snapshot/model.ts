import { type Backend, isWideheadError, type Json, type Snapshot, type Tensor, tensorOf } from "@widehead/core";
import { Body } from "../body.ts";
import type { BodyOptions } from "../options.ts";
import { fillFromTensor, formatError } from "./tensors.ts";

/** Version of the layout of a model's snapshot. */
const version = 1;

/** The snapshot of a model: facts `version`, `body` and `head`, tensors `body.…` and `head.…`. */
export function joinSnapshot(body: Body, head: Snapshot): Snapshot {
  const { bodyOptimizer, hidden, ...rest } = body.options;
  return {
    facts: { version, body: { ...rest, hidden: [...hidden], bodyOptimizer: { ...bodyOptimizer } }, head: head.facts },
    tensors: [
      ...body.state.map(({ name, rows, columns, values }) => tensorOf(`body.${name}`, [rows, columns], values)),
      ...head.tensors.map((tensor) => ({ ...tensor, name: `head.${tensor.name}`, chunks: () => tensor.chunks() })),
    ],
  };
}

/** The head's own snapshot, out of a model's. Throws ERR_FORMAT. */
export function headSnapshot(snapshot: Snapshot): Snapshot {
  return { facts: factsOf(snapshot, "head"), tensors: withPrefix(snapshot, "head.") };
}

/** A body as a snapshot holds it. Throws ERR_FORMAT. */
export async function restoreBody(snapshot: Snapshot, backend: Backend): Promise<Body> {
  if (snapshot.facts.version !== version) throw formatError("version", String(version), snapshot.facts.version);
  checkNames(snapshot);
  const body = createBody(backend, factsOf(snapshot, "body"));
  try {
    await fillState(body, snapshot);
    return body;
  } catch (error) {
    body[Symbol.dispose]();
    throw error;
  }
}

async function fillState(body: Body, snapshot: Snapshot): Promise<void> {
  const tensors = new Map(withPrefix(snapshot, "body.").map((tensor) => [tensor.name, tensor]));
  for (const array of body.state) {
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

function createBody(backend: Backend, facts: Snapshot["facts"]): Body {
  try {
    return new Body(backend, facts as unknown as BodyOptions, "zeros");
  } catch (error) {
    if (isWideheadError(error, "ERR_OPTION") || error instanceof TypeError || error instanceof RangeError) {
      throw formatError("body", "valid options", error.message, error);
    }
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

function withPrefix(snapshot: Snapshot, prefix: string): Tensor[] {
  return snapshot.tensors
    .filter(({ name }) => name.startsWith(prefix))
    .map((tensor) => ({ ...tensor, name: tensor.name.slice(prefix.length), chunks: () => tensor.chunks() }));
}
