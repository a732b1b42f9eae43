import { WideheadError } from "@widehead/core";

/** Where in a file something was found. */
export interface Place {
  readonly path: string;
  /** From 1. */
  readonly line?: number;
}

/** ERR_FORMAT with file, line and both sides. */
export function formatError(place: Place, expected: string, actual: string, cause?: unknown): WideheadError {
  const where = place.line === undefined ? place.path : `${place.path}:${place.line}`;
  const message = `data: expected ${expected} in ${where}, got ${actual}`;
  return new WideheadError("ERR_FORMAT", message, { ...place, expected, actual }, { cause });
}

/** A piece of a file as an error shows it: quoted, and not longer than a line of a terminal. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
