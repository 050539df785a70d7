/** A factored matrix: solves A x = b. */
export interface Cholesky {
  /** True where a row depends on earlier ones (up to rounding): its unknown is held at 0. */
  readonly dependent: Uint8Array
  solve(b: ArrayLike<number>): Float64Array
}

/**
 * Cholesky factorisation A = L L' of a symmetric positive semi-definite `matrix` (row-major n x n, the lower triangle is
 * read, nothing is changed). A pivot below `tolerance` times its diagonal entry means that the row is a combination of
 * earlier ones: it is left out, as R's glm does with aliased terms, so that a singular system has the one solution with
 * zeros there. Golub and Van Loan (2013), 4.2.
 */
export function cholesky(matrix: Float64Array, n: number, tolerance = 1e-11): Cholesky {
  const factor = new Float64Array(n * n)
  const dependent = new Uint8Array(n)
  for (let j = 0; j < n; j++) {
    const pivot = matrix[j * n + j]! - rowProduct(factor, j * n, { other: j * n, length: j })
    if (!(pivot > tolerance * matrix[j * n + j]!)) {
      dependent[j] = 1
      continue
    }
    const diagonal = Math.sqrt(pivot)
    factor[j * n + j] = diagonal
    for (let i = j + 1; i < n; i++)
      factor[i * n + j] = (matrix[i * n + j]! - rowProduct(factor, i * n, { other: j * n, length: j })) / diagonal
  }
  return { dependent, solve: (b) => solve(factor, dependent, b) }
}

function rowProduct(factor: Float64Array, row: number, { other, length }: { other: number; length: number }): number {
  let total = 0
  for (let k = 0; k < length; k++) total += factor[row + k]! * factor[other + k]!
  return total
}

function solve(factor: Float64Array, dependent: Uint8Array, b: ArrayLike<number>): Float64Array {
  const n = dependent.length
  const x = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    if (dependent[i] === 1) continue
    let rest = b[i]!
    for (let k = 0; k < i; k++) rest -= factor[i * n + k]! * x[k]!
    x[i] = rest / factor[i * n + i]!
  }
  for (let i = n - 1; i >= 0; i--) {
    if (dependent[i] === 1) continue
    let rest = x[i]!
    for (let k = i + 1; k < n; k++) rest -= factor[k * n + i]! * x[k]!
    x[i] = rest / factor[i * n + i]!
  }
  return x
}
