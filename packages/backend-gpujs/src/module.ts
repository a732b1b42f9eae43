import { type BackendModule, type Probe, resolveBackendOptions, WideheadError } from "@widehead/core";
import { GpujsBackend, supports } from "./backend.ts";
import { ArrayEngine } from "./engine/arrays.ts";
import type { Engine } from "./engine/engine.ts";
import { type Library, loadLibrary, type Mode, modes, reportMode } from "./engine/library.ts";
import { TextureEngine } from "./engine/textures.ts";

/** A mode of gpu.js that works here. */
interface Found {
  readonly library: Library;
  readonly mode: Mode;
  readonly kernel: string;
  readonly software: boolean;
  readonly maxTextureSize: number;
}

/**
 * float32 on gpu.js, in the first of these modes that works here, or in the first of all: headlessgl (Node, with the
 * optional package `gl`), webgl2 (browsers), webasm, cpu. The kernel string says which; without a GPU it counts as software.
 */
export function gpujsIn(...wanted: readonly Mode[]): BackendModule {
  const candidates = wanted.length === 0 ? modes : wanted;
  const module: BackendModule = Object.freeze<BackendModule>({
    name: "gpujs",
    supports,
    probe: async (): Promise<Probe> => {
      const found = await find(candidates);
      if (typeof found === "string") return { available: false, reason: found };
      return { available: true, kernel: found.kernel, software: found.software };
    },
    create: async (options) => {
      resolveBackendOptions(module, options);
      const found = await find(candidates);
      if (typeof found === "string") {
        const message = `create: backend "gpujs" is not available: ${found}`;
        throw new WideheadError("ERR_BACKEND_UNAVAILABLE", message, { backend: "gpujs", reason: found });
      }
      return new GpujsBackend(engineFor(found), found.kernel);
    },
  });
  return module;
}

/** The backend in the best mode that works here. */
export const gpujs: BackendModule = gpujsIn();

/** The first mode that works here, or why none does. */
async function find(candidates: readonly Mode[]): Promise<Found | string> {
  const reasons: string[] = [];
  try {
    const library = await loadLibrary();
    for (const mode of candidates) {
      const report = reportMode(library, mode);
      if ("kernel" in report) return { library, mode, ...report };
      reasons.push(`${mode}: ${report.reason}`);
    }
  } catch (error) {
    reasons.push(`gpu.js does not load: ${error instanceof Error ? error.message : String(error)}`);
  }
  return reasons.join("; ");
}

function engineFor({ library, mode, maxTextureSize }: Found): Engine {
  if (mode === "webasm" || mode === "cpu") return new ArrayEngine(library, mode);
  return new TextureEngine(library, mode, maxTextureSize);
}
