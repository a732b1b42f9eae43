/** Parts that the conformance suite takes apart; not covered by semantic versioning. */
export { defaultParts, type FactoredParts } from "./factored/parts.ts";
