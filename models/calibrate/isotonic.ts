import type { Labels, Probabilities } from '../../core/dataset.ts'
import { argsort } from '../../core/numeric/argsort.ts'
import type { CalibrationMap, Calibrator } from '../calibrator.ts'
import { hasBothClasses } from './has-both-classes.ts'
import { identity } from './none.ts'

/** A monotone map by its corners: linear between (scores[k], values[k]), constant outside. */
export interface IsotonicMap {
  /** Ascending. */
  readonly scores: readonly number[]
  /** Ascending, within [low, high]. */
  readonly values: readonly number[]
  readonly low: number
  readonly high: number
}

/**
 * So much of the score itself is mixed in that rows of one flat piece keep their order (AUC and lift then hardly change),
 * and so little that no probability moves by more than this.
 */
const orderShare = 1e-6

/**
 * Isotonic regression (pool adjacent violators, Ayer et al. 1955; equal scores are merged first), linear between the ends
 * of the pools, values bounded to [1/(n + 2), 1 - 1/(n + 2)].
 */
export const isotonic: Calibrator = {
  name: 'isotonic',
  fit: (scores, y) => (hasBothClasses(y) ? isotonicMap(fitIsotonic(scores, y)) : identity),
}

export function isotonicMap(map: IsotonicMap): CalibrationMap {
  const { scores, values, low, high } = map
  const order = (score: number): number => low + (high - low) * Math.min(Math.max(score, 0), 1)
  return {
    calibrator: 'isotonic',
    apply: (input) => input.map((score) => (1 - orderShare) * interpolate(map, score) + orderShare * order(score)),
    save: () => ({ calibrator: 'isotonic', scores, values, low, high }),
  }
}

interface Pool {
  readonly first: number
  last: number
  rows: number
  churned: number
}

export function fitIsotonic(scores: Probabilities, y: Labels): IsotonicMap {
  const pools: Pool[] = []
  for (const i of argsort(scores)) {
    const score = scores[i]!
    const top = pools[pools.length - 1]
    // Equal scores are one pool from the start, whatever their labels and order.
    if (top && top.last === score) {
      top.rows++
      top.churned += y[i]!
    } else {
      mergeDown(pools)
      pools.push({ first: score, last: score, rows: 1, churned: y[i]! })
    }
  }
  mergeDown(pools)
  const low = 1 / (scores.length + 2)
  const high = 1 - low
  const rate = ({ churned, rows }: Pool): number => Math.min(Math.max(churned / rows, low), high)
  const corners = pools.flatMap((pool) =>
    pool.first === pool.last
      ? [{ score: pool.first, value: rate(pool) }]
      : [
          { score: pool.first, value: rate(pool) },
          { score: pool.last, value: rate(pool) },
        ],
  )
  return { scores: corners.map(({ score }) => score), values: corners.map(({ value }) => value), low, high }
}

/** Merges the last pool into those below it until churn rates ascend; products instead of quotients, so without rounding. */
function mergeDown(pools: Pool[]): void {
  while (pools.length > 1) {
    const top = pools[pools.length - 1]!
    const below = pools[pools.length - 2]!
    if (below.churned * top.rows < top.churned * below.rows) return
    below.last = top.last
    below.rows += top.rows
    below.churned += top.churned
    pools.pop()
  }
}

/** The value of the map at `score`, by bisection. */
export function interpolate({ scores, values }: IsotonicMap, score: number): number {
  let low = 0
  let high = scores.length - 1
  if (!(score > scores[low]!)) return values[low]!
  if (score >= scores[high]!) return values[high]!
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (scores[middle]! <= score) low = middle
    else high = middle
  }
  const share = (score - scores[low]!) / (scores[high]! - scores[low]!)
  return values[low]! + share * (values[high]! - values[low]!)
}
