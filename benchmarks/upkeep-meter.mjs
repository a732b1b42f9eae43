import { defaultParts } from "@widehead/core/internals";

/** Times and counts what a layer does to keep up: forwarding of touched rows, products of the chain, sweeping. */
export class UpkeepMeter {
  /** What a layer is to be made with. */
  parts;
  #spent = this.nothing();

  constructor(backend) {
    const multiply = backend.multiplyFloat64.bind(backend);
    backend.multiplyFloat64 = (a, b, size) =>
      this.#timed(
        "products",
        () => size ** 3,
        () => multiply(a, b, size),
      );
    this.parts = {
      gatherRows: (of, buffers, store, chain, ids) =>
        defaultParts.gatherRows(of, buffers, store, this.#watched(chain), ids),
      bringSliceForward: async (of, buffers, store, chain, slice, target) => {
        const start = performance.now();
        const before = chain.rowProducts;
        await defaultParts.bringSliceForward(of, buffers, store, chain, slice, target);
        this.#add("sweep", performance.now() - start, (chain.rowProducts - before) * chain.features ** 2);
      },
    };
  }

  nothing() {
    return Object.fromEntries(
      ["forwarding", "products", "sweep"].map((part) => [part, { milliseconds: 0, multiplyAdds: 0 }]),
    );
  }

  reset() {
    this.#spent = this.nothing();
  }

  /** What was spent since the last reset, and before. */
  addedTo(before) {
    const sum = (part) => ({
      milliseconds: before[part].milliseconds + this.#spent[part].milliseconds,
      multiplyAdds: before[part].multiplyAdds + this.#spent[part].multiplyAdds,
    });
    return Object.fromEntries(Object.keys(before).map((part) => [part, sum(part)]));
  }

  /** A chain that is timed as it brings rows forward. */
  #watched(chain) {
    return {
      features: chain.features,
      epoch: chain.epoch,
      bringForward: (...rows) => {
        const before = chain.rowProducts;
        const multiplyAdds = () => (chain.rowProducts - before) * chain.features ** 2;
        this.#timed("forwarding", multiplyAdds, () => chain.bringForward(...rows));
      },
    };
  }

  #timed(part, multiplyAdds, call) {
    const start = performance.now();
    const result = call();
    this.#add(part, performance.now() - start, multiplyAdds());
    return result;
  }

  #add(part, milliseconds, multiplyAdds) {
    this.#spent[part].milliseconds += milliseconds;
    this.#spent[part].multiplyAdds += multiplyAdds;
  }
}
