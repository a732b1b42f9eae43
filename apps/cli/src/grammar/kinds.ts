import { formatLoss, type Loss, parseLoss, WideheadError } from "@widehead/core";

/** How a value is written on the command line and in checkpoints. */
export interface Kind<T> {
  /** What stands for the value in help; a switch has none, and takes no value. */
  readonly placeholder: string | undefined;
  /** Throws WideheadError ERR_OPTION naming the flag, what was expected and what came. */
  parse(text: string, flag: string): T;
  /** The text that `parse` reads back to the same value. */
  format(value: T): string;
}

/** The error of a value that is not what a flag takes. */
export function wrongValue(flag: string, expected: string, actual: string): WideheadError {
  return new WideheadError("ERR_OPTION", `${flag}: expected ${expected}, got ${JSON.stringify(actual)}`, {
    argument: flag,
    expected,
    actual,
  });
}

export function wholeNumber(least: number): Kind<number> {
  return numeric("N", `a whole number of at least ${least}`, (value) => Number.isSafeInteger(value) && value >= least);
}

export function atLeastZero(): Kind<number> {
  return numeric("X", "a finite number of at least 0", (value) => value >= 0);
}

export function aboveZero(): Kind<number> {
  return numeric("X", "a finite number above 0", (value) => value > 0);
}

export function fraction(): Kind<number> {
  return numeric("X", "a number from 0 to below 1", (value) => value >= 0 && value < 1);
}

export function oneOf<T extends string>(names: readonly T[]): Kind<T> {
  return {
    placeholder: names.join("|"),
    parse(text, flag) {
      const name = names.find((candidate) => candidate === text);
      if (name === undefined) throw wrongValue(flag, `one of ${names.join(", ")}`, text);
      return name;
    },
    format: (name) => name,
  };
}

export function text(placeholder: string): Kind<string> {
  return {
    placeholder,
    parse(value, flag) {
      if (value === "") throw wrongValue(flag, placeholder, value);
      return value;
    },
    format: (value) => value,
  };
}

/** Texts separated by commas, at least one. */
export function names(placeholder: string): Kind<readonly string[]> {
  const name = text(placeholder);
  return {
    placeholder,
    parse: (value, flag) => value.split(",").map((part) => name.parse(part, flag)),
    format: (values) => values.join(","),
  };
}

/** Whole numbers of at least 1, separated by commas; an empty text is no number. */
export function widths(): Kind<readonly number[]> {
  const width = wholeNumber(1);
  return {
    placeholder: "N,N",
    parse: (value, flag) => (value === "" ? [] : value.split(",").map((part) => width.parse(part, flag))),
    format: (values) => values.join(","),
  };
}

export function loss(): Kind<Loss> {
  return { placeholder: "NAME[:key=value,…]", parse: (value) => parseLoss(value), format: formatLoss };
}

export function toggle(): Kind<boolean> {
  return { placeholder: undefined, parse: () => true, format: String };
}

function numeric(placeholder: string, expected: string, accepts: (value: number) => boolean): Kind<number> {
  return {
    placeholder,
    parse(value, flag) {
      const number = Number(value);
      if (value.trim() === "" || !Number.isFinite(number) || !accepts(number)) throw wrongValue(flag, expected, value);
      return number;
    },
    format: String,
  };
}
