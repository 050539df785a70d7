import { type Labels, gather } from '../core/dataset.ts'
import { argsort } from '../core/numeric/argsort.ts'
import type { MetricInput, RowWeights, SortedRows } from './metric.ts'

/** Sorts rows by ascending p, stable. Throws a RangeError when lengths differ or a p is NaN or outside [0, 1]. */
export function sortRows(input: MetricInput): SortedRows {
  const n = input.y.length
  if (input.p.length !== n || input.users.length !== n)
    throw new RangeError(`sortRows: y has ${n} rows, p ${input.p.length}, users ${input.users.length}; expected equal`)
  for (let i = 0; i < n; i++)
    if (!(input.p[i]! >= 0 && input.p[i]! <= 1))
      throw new RangeError(`sortRows: p[${i}] must be in [0, 1], got ${input.p[i]}`)
  const order = argsort(input.p)
  const p = gather(input.p, order, new Float64Array(n))
  const endsGroup = new Uint8Array(n)
  for (let i = 0; i < n; i++) endsGroup[i] = i + 1 === n || p[i + 1] !== p[i] ? 1 : 0
  const y = gather(input.y, order, new Uint8Array(n))
  return {
    y,
    p,
    users: gather(input.users, order, new Uint32Array(n)),
    endsGroup,
    unweighted: weighRows(y, new Float32Array(n).fill(1)),
    threshold: input.threshold,
  }
}

/** First index whose p >= threshold (n when there is none); rows are ascending. */
export function firstAtLeast(p: Float64Array, threshold: number): number {
  let low = 0
  let high = p.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (p[middle]! >= threshold) high = middle
    else low = middle + 1
  }
  return low
}

/** Wraps weights of sorted rows with their sums. */
export function weighRows(y: Labels, rows: Float32Array): RowWeights {
  let mass = 0
  let churned = 0
  for (let i = 0; i < rows.length; i++) {
    mass += rows[i]!
    churned += rows[i]! * y[i]!
  }
  return { rows, mass, churned }
}
