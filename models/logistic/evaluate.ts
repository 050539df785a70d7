import { gather, type Labels } from '../../core/dataset.ts'

/** A design matrix by columns, its labels, and a weight >= 0 per row; at least one weight is positive. */
export interface LogisticProblem {
  readonly columns: readonly Float32Array[]
  readonly y: Labels
  readonly weights: Float64Array
}

/** The problem of the rows `rows` alone. */
export function problemRows({ columns, y, weights }: LogisticProblem, rows: Uint32Array): LogisticProblem {
  return {
    columns: columns.map((column) => gather(column, rows, new Float32Array(rows.length))),
    y: gather(y, rows, new Uint8Array(rows.length)),
    weights: gather(weights, rows, new Float64Array(rows.length)),
  }
}

/** Mean log-loss at some coefficients; all arrays end with the intercept's entry. */
export interface Evaluation {
  /** Weighted mean log-loss, without penalty. */
  loss: number
  /** Its gradient, columns first, intercept last. */
  readonly gradient: Float64Array
  /** Linear predictor of every row, those of weight 0 included. */
  readonly z: Float64Array
}

/** Rows per chunk: a chunk of 40 columns stays in the second-level cache between the two passes over it. */
const chunkRows = 1024

export function emptyEvaluation({ columns, y }: LogisticProblem): Evaluation {
  return { loss: Number.NaN, gradient: new Float64Array(columns.length + 1), z: new Float64Array(y.length) }
}

/**
 * Fills `into` with loss, gradient and linear predictor at `coefficients` (columns first, intercept last). Sums run chunk
 * by chunk in row order, so the bits depend on the input alone.
 */
export function evaluate(problem: LogisticProblem, coefficients: Float64Array, into: Evaluation): void {
  const { columns, y, weights } = problem
  const residuals = new Float64Array(chunkRows)
  let loss = 0
  let totalWeight = 0
  into.gradient.fill(0)
  for (let start = 0; start < y.length; start += chunkRows) {
    const end = Math.min(start + chunkRows, y.length)
    linearPredictor(columns, coefficients, into.z.subarray(start, end), start)
    let chunkLoss = 0
    let chunkWeight = 0
    let chunkResidual = 0
    for (let i = start; i < end; i++) {
      const weight = weights[i]!
      const z = into.z[i]!
      const e = Math.exp(-Math.abs(z))
      const p = z >= 0 ? 1 / (1 + e) : e / (1 + e)
      if (weight > 0) chunkLoss += weight * (Math.log1p(e) + (z > 0 ? z : 0) - y[i]! * z)
      const residual = weight * (p - y[i]!)
      residuals[i - start] = residual
      chunkWeight += weight
      chunkResidual += residual
    }
    loss += chunkLoss
    totalWeight += chunkWeight
    into.gradient[columns.length]! += chunkResidual
    addColumnProducts(columns, residuals, into.gradient, { start, end })
  }
  into.loss = loss / totalWeight
  for (let j = 0; j < into.gradient.length; j++) into.gradient[j]! /= totalWeight
}

/** z[i] = intercept + sum over columns; four columns per pass over the chunk. */
function linearPredictor(
  columns: readonly Float32Array[],
  coefficients: Float64Array,
  z: Float64Array,
  start: number,
): void {
  const d = columns.length
  const rows = z.length
  z.fill(coefficients[d]!)
  let j = 0
  for (; j + 3 < d; j += 4) {
    const [b0, b1, b2, b3] = [coefficients[j]!, coefficients[j + 1]!, coefficients[j + 2]!, coefficients[j + 3]!]
    if (b0 === 0 && b1 === 0 && b2 === 0 && b3 === 0) continue
    const [x0, x1, x2, x3] = [columns[j]!, columns[j + 1]!, columns[j + 2]!, columns[j + 3]!]
    for (let i = 0; i < rows; i++)
      z[i]! += b0 * x0[start + i]! + b1 * x1[start + i]! + (b2 * x2[start + i]! + b3 * x3[start + i]!)
  }
  for (; j < d; j++) {
    const b = coefficients[j]!
    const x = columns[j]!
    for (let i = 0; i < rows; i++) z[i]! += b * x[start + i]!
  }
}

/** gradient[j] += sum of residuals x column j over the chunk; four columns per pass. */
function addColumnProducts(
  columns: readonly Float32Array[],
  residuals: Float64Array,
  gradient: Float64Array,
  { start, end }: { start: number; end: number },
): void {
  const rows = end - start
  let j = 0
  for (; j + 3 < columns.length; j += 4) {
    const [x0, x1, x2, x3] = [columns[j]!, columns[j + 1]!, columns[j + 2]!, columns[j + 3]!]
    let [s0, s1, s2, s3] = [0, 0, 0, 0]
    for (let i = 0; i < rows; i++) {
      const r = residuals[i]!
      s0 += r * x0[start + i]!
      s1 += r * x1[start + i]!
      s2 += r * x2[start + i]!
      s3 += r * x3[start + i]!
    }
    gradient[j]! += s0
    gradient[j + 1]! += s1
    gradient[j + 2]! += s2
    gradient[j + 3]! += s3
  }
  for (; j < columns.length; j++) {
    const x = columns[j]!
    let s = 0
    for (let i = 0; i < rows; i++) s += residuals[i]! * x[start + i]!
    gradient[j]! += s
  }
}
