export * from "./checkpoint/index.ts";
export * from "./contexts.ts";
export * from "./documents.ts";
export * from "./safetensors/index.ts";
export * from "./split.ts";
export * from "./tokenize.ts";
export * from "./vocabulary.ts";
