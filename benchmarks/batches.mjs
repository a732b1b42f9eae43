import { createRandom } from "@widehead/core";

/** Batches without end: [m, d] tanh of normal numbers, the last column 1, and K different log-uniform targets each. */
export function* freshBatches({ outputs, features, batch, targets = 1, dtype, seed }) {
  const random = createRandom(seed);
  const offsets = Uint32Array.from({ length: batch + 1 }, (_, i) => targets * i);
  const Numbers = dtype === "float32" ? Float32Array : Float64Array;
  for (;;) {
    const data = new Numbers(batch * features);
    for (let i = 0; i < data.length; i += 1) data[i] = (i + 1) % features === 0 ? 1 : Math.tanh(random.normal());
    const ids = Uint32Array.from(Array.from({ length: batch }, () => differentIds(random, outputs, targets)).flat());
    yield { hidden: { rows: batch, columns: features, data }, targets: { rows: batch, outputs, offsets, ids } };
  }
}

function differentIds(random, outputs, count) {
  const ids = new Set();
  while (ids.size < count) ids.add(Math.min(outputs - 1, Math.floor((outputs + 1) ** random.uniform()) - 1));
  return [...ids];
}

export function median(times) {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
