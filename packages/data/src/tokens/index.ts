export { BagBatches, type BagOptions } from "./bag-batches.ts";
export { ContextStream } from "./context-stream.ts";
export { type EncodedCorpus, type EncodeOptions, encodeCorpus, openCorpus } from "./corpus.ts";
export { TokenFile } from "./file.ts";
export { documentsOf, type TokenSource, tokensOf } from "./source.ts";
