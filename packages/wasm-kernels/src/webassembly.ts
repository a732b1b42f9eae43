import type { GrowableMemory } from "./arena.ts";

/** Compiled code, which may be sent to a worker. */
export type CompiledModule = object;

/** What is used of WebAssembly: neither the language's library types nor Node's declare it. */
export interface WebAssemblyApi {
  readonly Memory: new (pages: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared?: boolean;
  }) => GrowableMemory;
  validate(bytes: Uint8Array): boolean;
  compile(bytes: Uint8Array | ArrayBuffer): Promise<CompiledModule>;
  instantiate(
    module: CompiledModule,
    imports: { readonly env: { readonly memory: GrowableMemory } },
  ): Promise<{ readonly exports: object }>;
}

/** Undefined where the host has none. */
export function findWebAssembly(): WebAssemblyApi | undefined {
  return (globalThis as unknown as { WebAssembly?: WebAssemblyApi }).WebAssembly;
}
