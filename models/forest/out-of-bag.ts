import type { Labels } from '../../core/dataset.ts'
import type { ModelDescription } from '../estimator.ts'
import type { BinnedMatrix } from '../trees/binned-matrix.ts'
import { leafOf, type Tree } from '../trees/tree.ts'

export interface OutOfBagInput {
  readonly matrix: BinnedMatrix
  readonly rows: Uint32Array
  readonly y: Labels
  readonly weights: Float32Array | undefined
}

/** Collects, for each row, the mean prediction of the trees that were not grown on it. */
export interface OutOfBag {
  /** `draws[row]` = 0: the tree has not seen the row. */
  add(tree: Tree, draws: Uint16Array): void
  /** Weighted means over the rows that at least one tree has not seen; undefined when there is none. */
  estimate(): ModelDescription['outOfBag']
}

/** Probabilities are kept this far from 0 and 1 in the log-loss: half a row in the leaves of a small forest. */
const clip = 1e-3

export function createOutOfBag({ matrix, rows, y, weights }: OutOfBagInput): OutOfBag {
  const sums = new Float64Array(matrix.rowCount)
  const counts = new Uint32Array(matrix.rowCount)
  return {
    add(tree, draws) {
      for (let i = 0; i < rows.length; i++) {
        const row = rows[i]!
        if (draws[row] !== 0) continue
        sums[row]! += tree.values[leafOf(tree, matrix, row)]!
        counts[row]!++
      }
    },
    estimate() {
      let weight = 0
      let logLoss = 0
      let brier = 0
      const seen = rows.filter((row) => counts[row]! > 0)
      for (const row of seen) {
        const w = weights?.[row] ?? 1
        const p = sums[row]! / counts[row]!
        const right = y[row] === 1 ? p : 1 - p
        weight += w
        logLoss -= w * Math.log(Math.min(Math.max(right, clip), 1 - clip))
        brier += w * (1 - right) ** 2
      }
      return seen.length === 0 ? undefined : { rows: seen.length, logLoss: logLoss / weight, brier: brier / weight }
    },
  }
}
