import { type BackendModule, type Probe, resolveBackendOptions, WideheadError } from "@widehead/core";
import { GpujsBackend, supports } from "./backend.ts";
import { ArrayEngine } from "./engine/arrays.ts";
import type { Engine } from "./engine/engine.ts";
import { type Library, loadLibrary, type Mode, modes, reportMode } from "./engine/library.ts";
import { TextureEngine } from "./engine/textures.ts";
import { keepIdle, takeIdle } from "./idle.ts";

/** A mode of gpu.js that works here. */
interface Found {
  readonly library: Library;
  readonly mode: Mode;
  readonly kernel: string;
  readonly software: boolean;
  readonly maxTextureSize: number;
  /** Modes that come before it, and why they do not work. */
  readonly passedOver: Readonly<Record<string, string>>;
}

/** What makes a mode with a GPU work. */
const remedies: Readonly<Partial<Record<Mode, string>>> = {
  headlessgl: "in Node: npm install gl, and run with a display (xvfb-run will do)",
  webgl2: "in a browser: turn on hardware acceleration",
};

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
      return { available: true, kernel: found.kernel, software: found.software, details: detailsOf(found) };
    },
    create: async (options) => {
      resolveBackendOptions(module, options);
      const found = await find(candidates);
      if (typeof found === "string") {
        const message = `create: backend "gpujs" is not available: ${found}`;
        throw new WideheadError("ERR_BACKEND_UNAVAILABLE", message, { backend: "gpujs", reason: found });
      }
      const engine = takeIdle(found.mode) ?? engineFor(found);
      return new GpujsBackend(engine, found.kernel, () => keepIdle(found.mode, engine));
    },
  });
  return module;
}

/** The backend in the best mode that works here. */
export const gpujs: BackendModule = gpujsIn();

/** The first mode that works here, or why none does. */
async function find(candidates: readonly Mode[]): Promise<Found | string> {
  const passedOver: Record<string, string> = {};
  try {
    const library = await loadLibrary();
    for (const mode of candidates) {
      const report = reportMode(library, mode);
      if ("kernel" in report) return { library, mode, passedOver, ...report };
      const remedy = remedies[mode];
      passedOver[mode] = remedy === undefined ? report.reason : `${report.reason}; ${remedy}`;
    }
  } catch (error) {
    return `gpu.js does not load: ${error instanceof Error ? error.message : String(error)}`;
  }
  return Object.entries(passedOver)
    .map(([mode, reason]) => `${mode}: ${reason}`)
    .join("; ");
}

/** Of a mode with a GPU its limit, of one without why no GPU is used. */
function detailsOf({ mode, maxTextureSize, passedOver }: Found): Readonly<Record<string, number | string>> {
  return usesArrays(mode) ? passedOver : { maxTextureSize };
}

function engineFor({ library, mode, maxTextureSize, software }: Found): Engine {
  return usesArrays(mode) ? new ArrayEngine(library, mode) : new TextureEngine(library, mode, maxTextureSize, software);
}

function usesArrays(mode: Mode): mode is "webasm" | "cpu" {
  return mode === "webasm" || mode === "cpu";
}
