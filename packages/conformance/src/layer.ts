import { FactoredLayer } from "@widehead/core";
import type { LayerMakers } from "./case.ts";

/** Core's own layer, which a mutant takes the place of. */
export const factoredLayers: LayerMakers = {
  createLayer: (options) => FactoredLayer.create(options),
  restoreLayer: (snapshot, options) => FactoredLayer.restore(snapshot, options),
};
