export * from "./backend.ts";
export * from "./loss.ts";
export * from "./matrix.ts";
export * from "./output-layer.ts";
export * from "./preconditioner.ts";
export * from "./rows.ts";
export * from "./snapshot.ts";
export * from "./targets.ts";
