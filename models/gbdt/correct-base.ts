import type { TreeSpace } from '../trees/tree-space.ts'
import type { Part, PartInSpace } from './boost-space.ts'

const mostSteps = 50

/**
 * By how much the scores of rows that were trained with other weights must fall so that the mean probability of the rows,
 * by their own weights, is their churn rate. For a model that fits perfectly that is the logarithm of the churn weight
 * (King and Zeng 2001, sec. 4.1); trees are shrunk, so it is solved for (Newton).
 */
export function excessOf({ pool }: TreeSpace, { rows, x, y }: Part, { scores }: PartInSpace, guess: number): number {
  const { f32 } = pool.memory
  let excess = guess
  for (let step = 0; step < mostSteps; step++) {
    let surplus = 0
    let slope = 0
    let weight = 0
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!
      const w = x.weights?.[row] ?? 1
      const p = 1 / (1 + Math.exp(excess - f32[scores / 4 + i]!))
      surplus += w * (p - y[row]!)
      slope += w * p * (1 - p)
      weight += w
    }
    const change = slope > 0 ? Math.max(-1, Math.min(1, surplus / slope)) : 0
    excess += change
    if (Math.abs(surplus) <= 1e-10 * weight || change === 0) break
  }
  return excess
}
