/** What a kernel's parameter takes; a matrix m brings mOrigin, mRow and mColumn, its place and strides, with it. */
export type ParameterKind = "matrix" | "cells" | "list" | "integer" | "number";

/**
 * A kernel in gpu.js's subset of JavaScript, as text: bundlers and coverage tools rewrite functions, and gpu.js compiles
 * what it is given. It computes one element of a [rows, columns] grid, at `row` and `column`, and ends with `return`.
 * Lists and matrices are indexed by one number, which `| 0` makes an integer of where it is read from a list.
 */
export interface KernelSource {
  readonly name: string;
  readonly parameters: Readonly<Record<string, ParameterKind>>;
  readonly body: string;
}

/**
 * Four rows of a product at once, [4·row … 4·row + 3, column], so that each number of b is fetched for four. Rows at the
 * end that do not exist repeat the last.
 */
export const product: KernelSource = {
  name: "product",
  parameters: { a: "matrix", b: "matrix", height: "integer", inner: "integer" },
  body: `
    const last = height - 1;
    const first = row * 4;
    let i0 = aOrigin + first * aRow;
    let i1 = aOrigin + (first + 1 < last ? first + 1 : last) * aRow;
    let i2 = aOrigin + (first + 2 < last ? first + 2 : last) * aRow;
    let i3 = aOrigin + (first + 3 < last ? first + 3 : last) * aRow;
    let j = bOrigin + column * bColumn;
    let sum0 = 0;
    let sum1 = 0;
    let sum2 = 0;
    let sum3 = 0;
    for (let k = 0; k < inner; k++) {
      const factor = b[j];
      sum0 += a[i0] * factor;
      sum1 += a[i1] * factor;
      sum2 += a[i2] * factor;
      sum3 += a[i3] * factor;
      i0 += aColumn;
      i1 += aColumn;
      i2 += aColumn;
      i3 += aColumn;
      j += bRow;
    }
    return [sum0, sum1, sum2, sum3];`,
};

/** Row by row, A · B, as one column. */
export const rowDots: KernelSource = {
  name: "rowDots",
  parameters: { a: "matrix", b: "matrix", inner: "integer" },
  body: `
    let i = aOrigin + row * aRow;
    let j = bOrigin + row * bRow;
    let sum = 0;
    for (let k = 0; k < inner; k++) {
      sum += a[i] * b[j];
      i += aColumn;
      j += bColumn;
    }
    return sum;`,
};

/** One dot product for each entry of a pattern, as one column. */
export const sampledDots: KernelSource = {
  name: "sampledDots",
  parameters: { a: "matrix", b: "matrix", rowIds: "list", columnIds: "list", inner: "integer" },
  body: `
    const r = rowIds[row] | 0;
    const c = columnIds[row] | 0;
    let i = aOrigin + r * aRow;
    let j = bOrigin + c * bRow;
    let sum = 0;
    for (let k = 0; k < inner; k++) {
      sum += a[i] * b[j];
      i += aColumn;
      j += bColumn;
    }
    return sum;`,
};

/** α · T · B, where each row gathers the rows of B that its entries name; `adds` β times another matrix. */
export function sparseProduct(adds: boolean): KernelSource {
  return {
    name: adds ? "sparseProduct added" : "sparseProduct",
    parameters: {
      b: "matrix",
      offsets: "list",
      columnIds: "list",
      values: "list",
      alpha: "number",
      ...(adds && { c: "matrix", beta: "number" }),
    },
    body: `
    const begin = offsets[row] | 0;
    const end = offsets[row + 1] | 0;
    let sum = 0;
    for (let n = begin; n < end; n++) {
      const id = columnIds[n] | 0;
      sum += values[n] * b[bOrigin + id * bRow + column * bColumn];
    }
    return alpha * sum${adds ? " + beta * c[cOrigin + row * cRow + column * cColumn]" : ""};`,
  };
}

export const addTranspose: KernelSource = {
  name: "addTranspose",
  parameters: { a: "matrix" },
  body: "return a[aOrigin + row * aRow + column * aColumn] + a[aOrigin + column * aRow + row * aColumn];",
};

export const fill: KernelSource = {
  name: "fill",
  parameters: { value: "number" },
  body: "return value;",
};

/** A sum of as many terms factor · matrix as there are flags, with a row scale where the flag is set. */
export function combination(scaled: readonly boolean[]): KernelSource {
  const parameters: Record<string, ParameterKind> = {};
  const terms = scaled.map((hasScale, t) => {
    parameters[`matrix${t}`] = "matrix";
    parameters[`factor${t}`] = "number";
    const element = `matrix${t}[matrix${t}Origin + row * matrix${t}Row + column * matrix${t}Column]`;
    if (!hasScale) return `factor${t} * ${element}`;
    parameters[`scale${t}`] = "matrix";
    return `factor${t} * scale${t}[scale${t}Origin + row * scale${t}Row] * ${element}`;
  });
  return { name: `combination ${scaled.map(Number).join("")}`, parameters, body: `return ${terms.join(" + ")};` };
}
