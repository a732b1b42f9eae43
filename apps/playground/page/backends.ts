import { gpujsIn } from "@widehead/backend-gpujs";
import { mlMatrix } from "@widehead/backend-ml-matrix";
import { wasm } from "@widehead/backend-wasm";
import { webGpu } from "@widehead/backend-webgpu";
import type { BackendModule } from "@widehead/core";

export interface Choice {
  readonly module: BackendModule;
  /** Of its curve. From the palette of Okabe and Ito, which colour-blind people can tell apart. */
  readonly color: string;
}

/** float64 in plain JavaScript: what the others are compared with. */
export const reference: Choice = { module: mlMatrix, color: "#E69F00" };

export const choices: readonly Choice[] = [
  reference,
  { module: wasm, color: "#56B4E9" },
  { module: webGpu, color: "#009E73" },
  { module: gpujsIn("webgl2"), color: "#CC79A7" },
];
