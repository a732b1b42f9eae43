/** Cosine of two vectors, −1 … 1; that of a zero vector is 0. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, squaresA, squaresB] = [0, 0, 0];
  for (let j = 0; j < a.length; j += 1) {
    dot += a[j]! * b[j]!;
    squaresA += a[j]! ** 2;
    squaresB += b[j]! ** 2;
  }
  return squaresA > 0 && squaresB > 0 ? dot / Math.sqrt(squaresA * squaresB) : 0;
}
