import type { Column } from '../../core/dataset.ts'
import { levelOf } from '../guards.ts'
import { indicator } from './indicator.ts'
import type { CategoryPlan, CategoryTerm } from './plan.ts'

/**
 * One-hot plan of a category column: a term per level with a share of at least `rareLevel` (in order of the level's
 * text, so that the coding of levels does not matter), one for all rarer ones together, one for missing. Null when the
 * column shows one value only.
 */
export function fitCategory(
  feature: string,
  { column, weights }: { column: Extract<Column, { kind: 'category' }>; weights: Float32Array | undefined },
  rareLevel: number,
): CategoryPlan | null {
  const counts = new Map<string | null, number>()
  let total = 0
  for (let i = 0; i < column.codes.length; i++) {
    const weight = weights === undefined ? 1 : weights[i]!
    const level = levelOf(column, i)
    counts.set(level, (counts.get(level) ?? 0) + weight)
    total += weight
  }
  if (counts.size < 2) return null
  const levels = [...counts.keys()].filter((level) => level !== null).sort()
  const shareOf = (level: string | null): number => (counts.get(level) ?? 0) / total
  const kept = levels.filter((level) => shareOf(level) >= rareLevel)
  const rareShare = levels.filter((level) => !kept.includes(level)).reduce((sum, level) => sum + shareOf(level), 0)
  const terms: CategoryTerm[] = kept.map((level) => ({ kind: 'level', level, ...indicator(shareOf(level)) }))
  if (rareShare > 0) terms.push({ kind: 'pooled', level: '', ...indicator(rareShare) })
  if (counts.has(null)) terms.push({ kind: 'missing', level: '', ...indicator(shareOf(null)) })
  return terms.length < 2 ? null : { kind: 'category', feature, terms }
}
