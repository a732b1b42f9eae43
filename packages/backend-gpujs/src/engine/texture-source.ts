import type { KernelSource, ParameterKind } from "./source.ts";

/** A window [height, width] at [top, left] of the allocation `old`. */
const windowParameters: Readonly<Record<string, ParameterKind>> = {
  old: "matrix",
  top: "integer",
  left: "integer",
  height: "integer",
  width: "integer",
};

const oldElement = "old[oldOrigin + row * oldRow + column * oldColumn]";

/** The allocation, with a matrix in a window. */
export const place: KernelSource = {
  name: "place",
  parameters: { ...windowParameters, patch: "matrix" },
  body: `
    const r = row - top;
    const c = column - left;
    if (r >= 0 && r < height && c >= 0 && c < width) {
      return patch[r * width + c];
    }
    return ${oldElement};`,
};

/** The allocation, with α · product + β · old in a window; four rows of the product lie in one cell. */
export const placeProduct: KernelSource = {
  name: "placeProduct",
  parameters: { ...windowParameters, cells: "cells", alpha: "number", beta: "number" },
  body: `
    const r = row - top;
    const c = column - left;
    if (r >= 0 && r < height && c >= 0 && c < width) {
      const q = quotient(r, 4);
      const cell = cells[q * width + c];
      const lane = r - 4 * q;
      let value = cell[0];
      if (lane === 1) { value = cell[1]; }
      if (lane === 2) { value = cell[2]; }
      if (lane === 3) { value = cell[3]; }
      if (beta === 0) {
        return alpha * value;
      }
      return alpha * value + beta * ${oldElement};
    }
    return ${oldElement};`,
};

/** Numbers of the host. */
export const upload: KernelSource = {
  name: "upload",
  parameters: { numbers: "list" },
  body: "return numbers[row * columns + column];",
};

/** So many matrices, row-major without gaps, one after the other as one row; each is said by its width and its end. */
export function packing(count: number): KernelSource {
  const parameters: Record<string, ParameterKind> = {};
  const parts: string[] = [];
  for (let n = 0; n < count; n += 1) {
    Object.assign(parameters, { [`m${n}`]: "matrix", [`width${n}`]: "integer", [`end${n}`]: "integer" });
    const begin = n === 0 ? "0" : `end${n - 1}`;
    parts.push(`
    if (column < end${n}) {
      const i${n} = column - ${begin};
      const r${n} = quotient(i${n}, width${n});
      return m${n}[m${n}Origin + r${n} * m${n}Row + (i${n} - r${n} * width${n}) * m${n}Column];
    }`);
  }
  return { name: `packing ${count}`, parameters, body: `${parts.join("")}\n    return 0;` };
}
