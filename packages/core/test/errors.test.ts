import { expect, test } from "vitest";
import { isWideheadError, WideheadError } from "../src/errors.ts";

test("carries code, details, cause, and the code in its message", () => {
  const cause = new Error("below");
  const error = new WideheadError("ERR_IO", "cannot read", { path: "x" }, { cause });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name: "WideheadError", code: "ERR_IO", details: { path: "x" }, cause });
  expect(error.message).toBe("cannot read [ERR_IO]");
});

test("isWideheadError tells codes apart", () => {
  const error: unknown = new WideheadError("ERR_SHAPE", "wrong");
  expect(isWideheadError(error)).toBe(true);
  expect(isWideheadError(error, "ERR_SHAPE")).toBe(true);
  expect(isWideheadError(error, "ERR_DTYPE")).toBe(false);
  expect(isWideheadError(new Error("wrong"))).toBe(false);
  expect(isWideheadError(undefined)).toBe(false);
});
