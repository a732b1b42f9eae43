export * from "./arena.ts";
export * from "./backend.ts";
export * from "./engine.ts";
export * from "./kernels.ts";
export * from "./matrix.ts";
export type { CompiledModule } from "./webassembly.ts";
