import { FactoredLayer } from "@widehead/core";
import type { CreateLayer } from "./case.ts";

/** Core's own layer, which a mutant takes the place of. */
export const createFactoredLayer: CreateLayer = (options) => FactoredLayer.create(options);
