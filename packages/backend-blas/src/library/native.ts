/** The C types of the signatures here; `uintptr_t` takes an address as a number, `void *` a typed array. */
export type CType = "void" | "int" | "int64_t" | "float" | "double" | "const char *" | "uintptr_t" | "void *";

export type NativeFunction = (...values: readonly (number | ArrayBufferView)[]) => unknown;

/** A loaded shared library. */
export interface NativeLibrary {
  /** The function of that name; undefined where the library has none. */
  bind(name: string, result: CType, parameters: readonly CType[]): NativeFunction | undefined;
}

/** The foreign-function interface, as much of it as is used here. */
export interface Foreign {
  /** Throws what the system's loader says where there is no such library. */
  load(path: string): NativeLibrary;
  /** Where the numbers of a view lie. They stay there while the view's buffer is referenced. */
  addressOf(view: ArrayBufferView): number;
}

/** koffi, loaded when it is first needed: where its binary is missing, that is a reason and no failing import. */
export async function loadKoffi(): Promise<Foreign> {
  const { default: koffi } = await import("koffi");
  return {
    load(path) {
      const library = koffi.load(path);
      return {
        bind(name, result, parameters) {
          try {
            return library.func(name, result, [...parameters]);
          } catch {
            return undefined;
          }
        },
      };
    },
    addressOf: (view) => Number(koffi.address(view)),
  };
}
