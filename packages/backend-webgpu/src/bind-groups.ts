import type { Storage } from "./matrix.ts";
import type { Pipeline } from "./pipelines.ts";

interface Group {
  readonly group: GPUBindGroup;
  readonly buffers: readonly Storage[];
}

/** Keeps the bind groups of buffers that are used together. */
export class BindGroups {
  readonly #device: GPUDevice;
  readonly #groups = new Map<string, Group>();
  /** The keys of the bind groups that hold a buffer. */
  readonly #keys = new Map<Storage, Set<string>>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** The bind group of these buffers. */
  get({ id, layout }: Pipeline, buffers: readonly Storage[]): GPUBindGroup {
    const key = `${id} ${buffers.map((storage) => storage.id)}`;
    const known = this.#groups.get(key);
    if (known !== undefined) return known.group;

    const entries = buffers.map(({ buffer }, binding) => ({ binding, resource: { buffer } }));
    const group = this.#device.createBindGroup({ layout, entries });
    this.#groups.set(key, { group, buffers });
    for (const storage of buffers) {
      const keys = this.#keys.get(storage) ?? new Set();
      this.#keys.set(storage, keys.add(key));
    }
    return group;
  }

  /** Lets go of the bind groups that hold a buffer. */
  forget(storage: Storage): void {
    for (const key of this.#keys.get(storage) ?? []) {
      for (const other of this.#groups.get(key)?.buffers ?? []) this.#keys.get(other)?.delete(key);
      this.#groups.delete(key);
    }
    this.#keys.delete(storage);
  }
}
