import type { NativeFunction, NativeLibrary } from "./native.ts";

/** What a library tells of itself. */
export interface Vendor {
  /** As `doctor` and benchmarks print it: `"OpenBLAS 0.3.21 Cooperlake"`. */
  readonly kernel: string;
  /** Bits of its integers, where it says so. */
  readonly integerBits?: number;
  /** Undefined where the number of threads cannot be set. */
  readonly threads?: ThreadControl;
}

export interface ThreadControl {
  set(count: number): void;
  /** How many it will use. */
  get(): number;
}

/** Who made this library, by the functions that only they have; the path stands in for a name where nobody knows. */
export function identify(library: NativeLibrary, path: string): Vendor {
  return openBlas(library) ?? blis(library) ?? mkl(library) ?? unknown(path);
}

function openBlas(library: NativeLibrary): Vendor | undefined {
  const config = library.bind("openblas_get_config", "const char *", [])?.();
  if (typeof config !== "string") return undefined;
  const version = /OpenBLAS (\S+)/.exec(config)?.[1];
  const core = library.bind("openblas_get_corename", "const char *", [])?.();
  const threads = threadControl(
    library.bind("openblas_set_num_threads", "void", ["int"]),
    library.bind("openblas_get_num_threads", "int", []),
  );
  return {
    kernel: joined("OpenBLAS", version, core),
    integerBits: config.includes("USE64BITINT") ? 64 : 32,
    ...threads,
  };
}

function blis(library: NativeLibrary): Vendor | undefined {
  const version = library.bind("bli_info_get_version_str", "const char *", [])?.();
  if (version === undefined) return undefined;
  const architecture = library.bind("bli_arch_query_id", "int", [])?.();
  const core = library.bind("bli_arch_string", "const char *", ["int"])?.(Number(architecture));
  const bits = library.bind("bli_info_get_blas_int_type_size", "int64_t", [])?.();
  const threads = threadControl(
    library.bind("bli_thread_set_num_threads", "void", ["int64_t"]),
    library.bind("bli_thread_get_num_threads", "int64_t", []),
  );
  return { kernel: joined("BLIS", version, core), integerBits: Number(bits ?? 32), ...threads };
}

function mkl(library: NativeLibrary): Vendor | undefined {
  const describe = library.bind("MKL_Get_Version_String", "void", ["void *", "int"]);
  if (describe === undefined) return undefined;
  const text = new Uint8Array(256);
  describe(text, text.length);
  const version = /Version ([\d.]+)/.exec(new TextDecoder().decode(text))?.[1];
  const threads = threadControl(
    library.bind("MKL_Set_Num_Threads", "void", ["int"]),
    library.bind("MKL_Get_Max_Threads", "int", []),
  );
  return { kernel: joined("MKL", version), ...threads };
}

function unknown(path: string): Vendor {
  return { kernel: path.includes("Accelerate.framework") ? "Accelerate" : `BLAS (${path})` };
}

function joined(...words: readonly unknown[]): string {
  return words.filter((word) => typeof word === "string" && word !== "").join(" ");
}

function threadControl(set: NativeFunction | undefined, get: NativeFunction | undefined): Pick<Vendor, "threads"> {
  if (set === undefined || get === undefined) return {};
  return { threads: { set, get: () => Number(get()) } };
}
