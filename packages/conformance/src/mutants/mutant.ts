import { FactoredLayer } from "@widehead/core";
import { defaultParts, type FactoredParts } from "@widehead/core/internals";
import type { CreateLayer, LayerMakers } from "../case.ts";

/** A way to get the layer's algebra wrong, and the case that must notice it. */
export interface LayerMutant extends Partial<LayerMakers> {
  readonly id: string;
  readonly title: string;
  /** Id of a case of the suite that fails on it. */
  readonly killedBy: string;
}

/** Core's layer with some of its parts replaced. */
export function withParts(parts: Partial<FactoredParts>): CreateLayer {
  return (options) => FactoredLayer.create(options, parts);
}

type UpdateArguments = Parameters<FactoredParts["update"]>;

/** What an update worked on, by name. */
export interface UpdateStep {
  readonly input: UpdateArguments[0];
  readonly pass: UpdateArguments[1];
  readonly gradient: UpdateArguments[2];
  readonly rates: UpdateArguments[3];
  readonly candidate: ReturnType<FactoredParts["update"]>;
}

/** A layer that updates as it should, and then spoils the candidate. */
export function afterUpdate(spoil: (step: UpdateStep) => void): CreateLayer {
  return withParts({
    update(input, pass, gradient, rates) {
      const candidate = defaultParts.update(input, pass, gradient, rates);
      spoil({ input, pass, gradient, rates, candidate });
      return candidate;
    },
  });
}
