import type { Host } from "../src/library/find.ts";
import type { Foreign, NativeFunction, NativeLibrary } from "../src/library/native.ts";

/** A library of JavaScript functions. */
export function fakeLibrary(functions: Readonly<Record<string, NativeFunction>>): NativeLibrary {
  return { bind: (name) => functions[name] };
}

/** A machine with these libraries and no others, which remembers what was asked for. */
export function fakeHost(
  libraries: Readonly<Record<string, NativeLibrary>>,
  host: Partial<Host> = {},
): Host & { readonly asked: readonly string[] } {
  const asked: string[] = [];
  const foreign: Foreign = {
    load(path) {
      asked.push(path);
      const library = libraries[path];
      if (library === undefined) throw new Error("no such file");
      return library;
    },
    addressOf: (view) => 64 * memory.push(view),
  };
  return { platform: "linux", environment: {}, cores: 2, loadForeign: async () => foreign, asked, ...host };
}

/** What the multiples of 64 stand for as addresses. */
const memory: ArrayBufferView[] = [];

/** All functions that are needed: a product of ones that leaves NaN where told, and the pivots of the integers told. */
export function fakeBlas({ integers = 32, readsOutput = false } = {}): Record<string, NativeFunction> {
  const gemm: NativeFunction = (...values) => {
    const [rows, columns, inner] = values.slice(3, 6) as number[];
    const out = memory[(values[12] as number) / 64 - 1];
    if (!(out instanceof Float32Array)) return;
    for (let i = 0; i < rows! * columns!; i += 1) out[i] = readsOutput ? inner! + 0 * out[i]! : inner!;
  };
  const getrf: NativeFunction = (...values) => {
    (values[4] as Int32Array).set(integers === 32 ? [2, 2] : [2, 0, 2, 0]);
  };
  const unused: NativeFunction = () => undefined;
  const of = (letter: string): Record<string, NativeFunction> => ({
    [`cblas_${letter}gemm`]: gemm,
    [`cblas_${letter}trsm`]: unused,
    [`cblas_${letter}swap`]: unused,
    [`cblas_${letter}nrm2`]: unused,
    [`${letter}getrf_`]: getrf,
  });
  return { ...of("s"), ...of("d") };
}
