/// <reference types="@webgpu/types" />
import { vulkanManifests } from "./vulkan.ts";

/** The package that gives Node WebGPU; a peer dependency that users install themselves. */
const NODE_ENGINE = "webgpu";
/** In Node the instance must outlive every device, or the process dies. */
const KEPT = Symbol.for("@widehead/backend-webgpu instance");

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render/i;

/** What the device gets as much of as the adapter has, and what `doctor` shows. */
const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
] as const;

interface Scope {
  navigator?: { gpu?: GPU };
  process?: { platform?: string; env: Readonly<Record<string, string | undefined>> };
  [KEPT]?: GPU;
}

/** An adapter, or why there is none. */
export async function findAdapter(): Promise<GPUAdapter | string> {
  const gpu = await findGpu();
  if (typeof gpu === "string") return gpu;
  try {
    const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
    return adapter ?? "no WebGPU adapter: the drivers that are installed find no GPU, or the browser blocks it";
  } catch (error) {
    return `no WebGPU adapter: ${messageOf(error)}`;
  }
}

/** The browser's GPU, else that of the package `webgpu`. */
async function findGpu(): Promise<GPU | string> {
  const scope = globalThis as Scope;
  const own = scope.navigator?.gpu ?? scope[KEPT];
  if (own !== undefined) return own;
  if (scope.process === undefined) {
    return "this browser has no WebGPU (navigator.gpu), or the page is not served securely";
  }
  try {
    // The name in a variable keeps bundlers for browsers from looking for it.
    const { create } = (await import(/* @vite-ignore */ NODE_ENGINE)) as { create(flags: readonly string[]): GPU };
    // Without a driver the engine would write what looks like a stack trace to stderr.
    if (scope.process.platform === "linux" && vulkanManifests(scope.process.env).length === 0) {
      return "no WebGPU adapter: install a Vulkan driver for the GPU (its maker's, or Debian's mesa-vulkan-drivers)";
    }
    scope[KEPT] = create([]);
    return scope[KEPT];
  } catch (error) {
    return `no WebGPU in this process: install the package "${NODE_ENGINE}" (${messageOf(error)})`;
  }
}

/** What computes, as benchmarks and `doctor` print it. */
export function describeAdapter({ info }: GPUAdapter): string {
  const facts = [info.device, info.description, info.vendor, info.architecture].filter((fact) => fact !== "");
  return `WGSL on ${[...new Set(facts)].join(", ") || "an unnamed adapter"}`;
}

/** True for an emulation on the CPU. */
export function isSoftware(adapter: GPUAdapter): boolean {
  return adapter.info.isFallbackAdapter === true || SOFTWARE.test(describeAdapter(adapter));
}

/** A device with as much memory and as large workgroups as the adapter has. */
export function requestDevice(
  adapter: GPUAdapter,
  requiredFeatures: readonly GPUFeatureName[] = [],
): Promise<GPUDevice> {
  return adapter.requestDevice({ requiredFeatures: [...requiredFeatures], requiredLimits: limitsOf(adapter) });
}

/** The adapter's limits that decide what fits, in bytes and threads. */
export function limitsOf({ limits }: GPUAdapter): Record<(typeof LIMITS)[number], number> {
  return Object.fromEntries(LIMITS.map((name) => [name, limits[name]])) as Record<(typeof LIMITS)[number], number>;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.message.split("\n")[0] as string) : String(error);
}
