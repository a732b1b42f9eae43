import { version } from "../version.ts";

/** The ways in which gpu.js computes that this backend uses, best first. */
export const modes = ["headlessgl", "webgl2", "webasm", "cpu"] as const;
export type Mode = (typeof modes)[number];

/** What of a GL texture is used; in the modes without GL results are arrays. */
export interface Texture {
  delete(): void;
}

/** A kernel of gpu.js: callable once its output size is set. */
export interface Kernel {
  (...args: readonly unknown[]): unknown;
  setOutput(output: readonly number[]): void;
  /** In GL modes, once built: each with an earlier result of the kernel, where that was this argument. */
  readonly kernelArguments?: readonly { prevArg: Texture | undefined }[] | null;
  /** Number of sizes for which mode webasm keeps what it compiled. */
  moduleCacheLimit: number;
  /** Why gpu.js has moved the kernel to its CPU mode; null where it has not. */
  readonly fallbackReason: string | null;
}

/** What of a GL context is used. */
export interface GlContext {
  readonly NO_ERROR: number;
  readonly RENDERER: number;
  getError(): number;
  isContextLost(): boolean;
  getExtension(name: string): { readonly UNMASKED_RENDERER_WEBGL: number } | null;
  getParameter(name: number): unknown;
}

export interface Instance {
  readonly context: GlContext | null;
  createKernel(source: string, settings: Readonly<Record<string, unknown>>): Kernel;
  addNativeFunction(name: string, source: string): void;
  destroy(): Promise<void>;
}

/** What gpu.js found out about a GL mode; the features are null where it could not make a context. */
interface GlKernelClass {
  readonly features: {
    readonly isFloatRead: boolean;
    readonly isTextureFloat: boolean;
    readonly maxTextureSize: number;
  } | null;
  readonly testContext: GlContext | null;
}

/** gpu.js, as far as it is used here. Its own types declare values as types, and kernels by their arguments' literal types. */
export interface Library {
  readonly GPU: {
    new (settings: { readonly mode: Mode }): Instance;
    readonly isHeadlessGLSupported: boolean;
    readonly isWebGL2Supported: boolean;
    readonly isWebAssemblySupported: boolean;
  };
  readonly Input: new (value: Float32Array, size: readonly number[]) => unknown;
  readonly WebGL2Kernel: GlKernelClass;
  readonly HeadlessGLKernel: GlKernelClass;
}

/** Loads gpu.js, which replaces a browser's global `GPU`: so not before it is needed. */
export async function loadLibrary(): Promise<Library> {
  return (await import("gpu.js")) as unknown as Library;
}

/** What can be said of a mode without making an engine. */
export type ModeReport =
  | { readonly kernel: string; readonly software: boolean; readonly maxTextureSize: number }
  | { readonly reason: string };

/** The package `gl` calls every GPU "ANGLE", emulated or not: one that does not say that it is real does not count as real. */
const softwareRenderers = /^ANGLE$|swiftshader|llvmpipe|softpipe|software|basic render/i;

/** Whether a mode works here. */
export function reportMode(library: Library, mode: Mode): ModeReport {
  const kernel = `gpu.js ${version} ${mode}`;
  if (mode === "cpu") return { kernel, software: true, maxTextureSize: Infinity };
  if (mode === "webasm") {
    if (!library.GPU.isWebAssemblySupported) return { reason: "WebAssembly is not supported" };
    return { kernel, software: true, maxTextureSize: Infinity };
  }
  const supported = mode === "webgl2" ? library.GPU.isWebGL2Supported : library.GPU.isHeadlessGLSupported;
  const wanted = mode === "webgl2" ? "WebGL 2" : "the optional package gl";
  if (!supported) return { reason: `${wanted} is not available` };
  const { features, testContext } = mode === "webgl2" ? library.WebGL2Kernel : library.HeadlessGLKernel;
  if (!(features?.isFloatRead && features.isTextureFloat)) {
    return { reason: `${wanted} has no float textures that can be rendered to and read` };
  }
  const renderer = rendererOf(testContext!);
  return {
    kernel: `${kernel} on ${renderer}`,
    software: softwareRenderers.test(renderer),
    maxTextureSize: features.maxTextureSize,
  };
}

function rendererOf(context: GlContext): string {
  const extension = context.getExtension("WEBGL_debug_renderer_info");
  return String(context.getParameter(extension?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER));
}
