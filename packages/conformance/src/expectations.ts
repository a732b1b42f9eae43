import { type ErrorCode, isWideheadError, type WideheadError } from "@widehead/core";
import { CaseFailure, type Numbers, type Sizes } from "./case.ts";

/** The largest observed / allowed of a case, what was compared, and the sizes at which it occurred. */
export interface Worst {
  readonly ratio: number;
  readonly label: string;
  readonly sizes: Sizes;
}

/** Compares what a case observes with what it allows, and remembers how close it came. */
export class Expectations {
  #worst: Worst | undefined;
  #sizes: Sizes = {};

  /** What follows was seen at these sizes. */
  begin(sizes: Sizes): void {
    this.#sizes = sizes;
  }

  get worst(): Worst | undefined {
    return this.#worst;
  }

  readonly expectWithin = (label: string, observed: number, allowed: number): void => {
    this.#record(label, ratioOf(observed, allowed));
    if (!(observed <= allowed)) throw new CaseFailure(`${label}: observed ${observed}, allowed ${allowed}`);
  };

  readonly expectExact = (label: string, observed: number | Numbers, expected: number | Numbers): void => {
    const one = typeof observed === "number" ? [observed] : observed;
    const other = typeof expected === "number" ? [expected] : expected;
    checkLengths(label, one, other);
    for (let i = 0; i < one.length; i += 1) {
      if (!Object.is(one[i]! + 0, other[i]! + 0)) {
        throw new CaseFailure(`${label}[${i}]: expected exactly ${other[i]}, observed ${one[i]}`);
      }
    }
  };

  readonly expectClose = (label: string, observed: Numbers, expected: Numbers, allowed: number | Numbers): void => {
    checkLengths(label, observed, expected);
    let worst = 0;
    let at = 0;
    for (let i = 0; i < observed.length; i += 1) {
      const error = Math.abs(observed[i]! - expected[i]!);
      const ratio = ratioOf(error, typeof allowed === "number" ? allowed : allowed[i]!);
      if (ratio > worst) {
        worst = ratio;
        at = i;
      }
    }
    this.#record(label, worst);
    if (worst <= 1) return;
    const limit = typeof allowed === "number" ? allowed : allowed[at];
    throw new CaseFailure(`${label}[${at}]: expected ${expected[at]} ± ${limit}, observed ${observed[at]}`);
  };

  readonly expectCode = async (code: ErrorCode, call: () => unknown): Promise<WideheadError> => {
    let result: unknown;
    try {
      result = await call();
    } catch (error) {
      if (isWideheadError(error, code)) return error;
      throw new CaseFailure(`expected ${code}, observed ${describeError(error)}`, { cause: error });
    }
    throw new CaseFailure(`expected ${code}, observed no error but ${String(result)}`);
  };

  #record(label: string, ratio: number): void {
    if (this.#worst === undefined || ratio > this.#worst.ratio) this.#worst = { ratio, label, sizes: this.#sizes };
  }
}

/** Finite, so that reports survive JSON: whatever is NaN or out of a zero tolerance counts as the largest number. */
function ratioOf(observed: number, allowed: number): number {
  if (observed === 0 && allowed >= 0) return 0;
  const ratio = observed / allowed;
  return ratio >= 0 && ratio < Number.MAX_VALUE && allowed > 0 ? ratio : Number.MAX_VALUE;
}

function checkLengths(label: string, observed: Numbers, expected: Numbers): void {
  if (observed.length !== expected.length) {
    throw new CaseFailure(`${label}: expected ${expected.length} numbers, observed ${observed.length}`);
  }
}

/** One line about anything thrown. */
export function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
