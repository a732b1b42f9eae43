import type { Buffers } from "../buffers.ts";
import type { FloatArray, Recomputed } from "../contract/index.ts";
import type { Core } from "./core.ts";
import { measureRows } from "./statistics.ts";

/** Replaces w̄ [d] and Q_c [d, d] over what the store holds, all at once: in the spare, which then becomes the state. */
export function replaceSums(core: Core, sum: Float64Array, gram: Float64Array): void {
  writeSpare(core, sum, gram);
  adoptSpare(core, sum, gram);
}

function writeSpare({ backend, state, spare }: Core, sum: Float64Array, gram: Float64Array): void {
  backend.combine(spare.matrix, [{ matrix: state.matrix }]);
  backend.write(spare.sum, sum);
  backend.write(spare.gram, gram);
}

function adoptSpare(core: Core, sum: Float64Array, gram: Float64Array): void {
  const [D, d] = [core.store.outputs, core.store.features];
  core.swapState();
  core.squaredNorm = 0;
  for (let i = 0; i < d; i += 1) core.squaredNorm += gram[i * d + i] + sum[i] ** 2 / D;
}

/**
 * n new outputs with W_k = ω:  Q_c += nD/(D + n) δδᵀ,  δ = ω − w̄/D,  w̄ += nω,  D += n.
 */
export async function growCore(core: Core, count: number): Promise<void> {
  const { backend, store, state } = core;
  const [D, d] = [store.outputs, store.features];
  const [offset, sum, gram] = await backend.readMany([state.offset, state.sum, state.gram]);
  const delta = Float64Array.from(offset, (value, i) => value - sum[i] / D);
  const weight = (count * D) / (D + count);
  const newGram = Float64Array.from(gram, (value, at) => value + weight * delta[Math.floor(at / d)] * delta[at % d]);
  const newSum = Float64Array.from(sum, (value, i) => value + count * offset[i]);
  writeSpare(core, newSum, newGram);
  await store.grow(count);
  adoptSpare(core, newSum, newGram);
}

/** w̄ and Q_c anew from all rows. */
export async function recomputeSums(core: Core, buffers: Buffers): Promise<Recomputed> {
  const { backend, store, chain, state } = core;
  const [offset, oldSum, oldGram] = await backend.readMany([state.offset, state.sum, state.gram]);
  const centre = Float64Array.from(oldSum, (value) => value / store.outputs);
  const { sum, gram } = await measureRows({ backend, buffers, store, chain }, state.transform, offset, centre);
  replaceSums(core, sum, gram);
  return { gramDrift: relativeDistance(oldGram, gram), sumDrift: relativeDistance(oldSum, sum) };
}

function relativeDistance(observed: FloatArray, exact: Float64Array): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < exact.length; i += 1) {
    difference += (observed[i] - exact[i]) ** 2;
    size += exact[i] ** 2;
  }
  return difference === 0 ? 0 : Math.sqrt(difference / size);
}
