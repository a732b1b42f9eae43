export { type WasmModule, type WasmOptions, wasm } from "./module.ts";
