import { type Backend, type FloatArray, floatArray, type HostMatrix, hostMatrix, type Matrix } from "@widehead/core";

/**
 * An orthonormal basis of the columns of A [n, k]: A L⁻ᵀ, where L Lᵀ = AᵀA (Cholesky QR, shifted). O(n k² + k³).
 * Columns that the others span, up to rounding, come out short rather than long.
 *
 * @see Fukaya et al. 2020, Shifted Cholesky QR for computing the QR factorization of ill-conditioned matrices, alg. 4.1
 */
export async function orthonormalColumns(backend: Backend, { rows, columns, data }: HostMatrix): Promise<HostMatrix> {
  const held: Matrix[] = [];
  const allocate = (height: number, width: number): Matrix => {
    const matrix = backend.allocate(height, width);
    held.push(matrix);
    return matrix;
  };
  try {
    const matrix = allocate(rows, columns);
    const product = allocate(rows, columns);
    const [gram, factor, inverse] = [1, 2, 3].map(() => allocate(columns, columns));
    const status = allocate(1, 1);
    backend.write(matrix, data);
    backend.gemm(matrix, matrix, gram, { transposeA: true });
    const [products] = await backend.readMany([gram]);
    backend.write(factor, upperCholesky(products, columns, backend.numerics.roundoff));
    backend.write(inverse, identity(columns));
    backend.luSolve(factor, inverse, inverse, status);
    backend.gemm(matrix, inverse, product);
    const [basis] = await backend.readMany([product]);
    return hostMatrix(rows, columns, basis);
  } finally {
    for (const matrix of held) matrix[Symbol.dispose]();
  }
}

/**
 * Lᵀ of L Lᵀ = G + σ diag(G), the shift σ about what rounding may have taken from G: relative to each column, since the
 * columns' lengths differ far more than their angles do.
 */
function upperCholesky(gram: FloatArray, size: number, roundoff: number): Float64Array {
  const upper = Float64Array.from(gram);
  for (let i = 0; i < size; i += 1) {
    const row = i * size;
    const shift = size * roundoff * gram[row + i];
    const root = Math.sqrt(Math.max(upper[row + i], 0) + shift) || 1;
    upper.fill(0, row, row + i);
    for (let j = i; j < size; j += 1) upper[row + j] /= root;
    upper[row + i] = root;
    for (let k = i + 1; k < size; k += 1) {
      const factor = upper[row + k];
      for (let j = k; j < size; j += 1) upper[k * size + j] -= factor * upper[row + j];
    }
  }
  return upper;
}

function identity(size: number): FloatArray {
  const values = floatArray("float64", size * size);
  for (let i = 0; i < size; i += 1) values[i * (size + 1)] = 1;
  return values;
}
