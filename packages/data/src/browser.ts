/** What needs no files, for browsers: from a text in memory to batches. */
export * from "./contexts.ts";
export * from "./split.ts";
export * from "./tokenize.ts";
export * from "./vocabulary.ts";
