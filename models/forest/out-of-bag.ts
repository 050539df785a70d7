import type { Labels } from '../../core/dataset.ts'
import type { ModelDescription } from '../estimator.ts'

/** By row: sum of what the trees that were not grown on it predict, and how many these are. */
export interface OutOfBag {
  readonly sums: Float64Array
  readonly counts: Uint32Array
  readonly y: Labels
  readonly weights: Float32Array | undefined
}

/** Probabilities are kept this far from 0 and 1 in the log-loss: half a row in the leaves of a small forest. */
const clip = 1e-3

/** Weighted means over the rows that at least one tree has not seen; undefined when there is none. */
export function outOfBagLoss({ sums, counts, y, weights }: OutOfBag): ModelDescription['outOfBag'] {
  let rows = 0
  let weight = 0
  let logLoss = 0
  let brier = 0
  for (let row = 0; row < y.length; row++) {
    if (counts[row] === 0) continue
    const w = weights?.[row] ?? 1
    const p = sums[row]! / counts[row]!
    const right = y[row] === 1 ? p : 1 - p
    rows++
    weight += w
    logLoss -= w * Math.log(Math.min(Math.max(right, clip), 1 - clip))
    brier += w * (1 - right) ** 2
  }
  return rows === 0 ? undefined : { rows, logLoss: logLoss / weight, brier: brier / weight }
}
