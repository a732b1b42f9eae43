/** Parts that the conformance suite and other layers take apart; not covered by semantic versioning. */
export { BatchLayer, type Rates } from "./batch-layer.ts";
export { Buffers } from "./buffers.ts";
export { exponentiateRows } from "./dense/exponentials.ts";
export { addExponentials, logSums } from "./dense/softmax.ts";
export { defaultParts, type FactoredParts } from "./factored/parts.ts";
export { restoreRows, rowTensors } from "./factored/row-snapshot.ts";
export { transpose } from "./factored/targets.ts";
export { IdSlots } from "./id-slots.ts";
export { checkInitial, initialOffset, initialRows } from "./initial.ts";
export { checkedFacts } from "./snapshot.ts";
export { TopKCollector } from "./topk.ts";
export { upload } from "./upload.ts";
export { checkFiniteRows, checkMemory, requireCount, requireOneOf } from "./validate.ts";
