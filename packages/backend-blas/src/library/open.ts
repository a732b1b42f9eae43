import type { Dtype } from "@widehead/core";
import type { Candidate } from "./candidates.ts";
import { checkIntegers, checkOutputUnread, wideIntegers } from "./checks.ts";
import type { Foreign, NativeLibrary } from "./native.ts";
import { bindRoutines, type Require, type Routines } from "./routines.ts";
import { identify, type Vendor } from "./vendor.ts";

/** A library that has, and does, all that is needed. */
export interface Library extends Vendor {
  readonly foreign: Foreign;
  readonly routines: Readonly<Record<Dtype, Routines>>;
}

/** The library of a candidate; throws a plain Error that says what is wrong with it. */
export function openLibrary({ path, lapack }: Candidate, foreign: Foreign): Library {
  const blas = foreign.load(path);
  const vendor = identify(blas, path);
  if (vendor.integerBits === 64) throw wideIntegers(vendor.kernel);
  const fromBlas = requireFrom([blas]);
  const fromLapack = requireFrom([blas, ...(lapack === undefined ? [] : companion(lapack, foreign))]);
  const routines = {
    float32: bindRoutines("float32", fromBlas, fromLapack),
    float64: bindRoutines("float64", fromBlas, fromLapack),
  };
  checkIntegers(routines.float32, foreign, vendor.kernel);
  checkOutputUnread(routines.float32, foreign, vendor.kernel);
  return { ...vendor, foreign, routines };
}

function companion(path: string, foreign: Foreign): readonly NativeLibrary[] {
  try {
    return [foreign.load(path)];
  } catch {
    return [];
  }
}

function requireFrom(libraries: readonly NativeLibrary[]): Require {
  return (name, result, parameters) => {
    for (const library of libraries) {
      const bound = library.bind(name, result, parameters);
      if (bound !== undefined) return bound;
    }
    throw new Error(`it has no ${name}`);
  };
}
