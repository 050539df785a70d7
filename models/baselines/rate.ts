import type { Dataset, Labels } from '../../core/dataset.ts'

/** Weighted churners and rows of each group; `groups[i]` in [0, groupCount). */
export function countByGroup(
  groups: Uint8Array,
  y: Labels,
  { weights, groupCount }: { weights: Dataset['weights']; groupCount: number },
): { churned: Float64Array; rows: Float64Array } {
  const churned = new Float64Array(groupCount)
  const rows = new Float64Array(groupCount)
  for (let i = 0; i < y.length; i++) {
    const weight = weights === undefined ? 1 : weights[i]!
    rows[groups[i]!]! += weight
    churned[groups[i]!]! += weight * y[i]!
  }
  return { churned, rows }
}

/** Churn rate within [1/(rows + 2), 1 - 1/(rows + 2)], so that no finite sample claims certainty; 0.5 without rows. */
export function boundedRate(churned: number, rows: number): number {
  const limit = 1 / (rows + 2)
  return rows > 0 ? Math.min(Math.max(churned / rows, limit), 1 - limit) : 0.5
}

/** Total log-loss of a group at its own churn rate; 0 for pure and empty groups. */
export function groupLoss(churned: number, rows: number): number {
  const stayed = rows - churned
  const part = (count: number): number => (count > 0 ? -count * Math.log(count / rows) : 0)
  return part(churned) + part(stayed)
}
