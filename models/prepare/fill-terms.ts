import type { Column } from '../../core/dataset.ts'
import { levelOf } from '../guards.ts'
import type { CategoryPlan, FeaturePlan, NumberPlan, NumberTerm } from './plan.ts'

/** sign(x) log(1 + |x|): log1p that also takes negatives. */
export function signedLog1p(value: number): number {
  return value < 0 ? -Math.log1p(-value) : Math.log1p(value)
}

/**
 * Writes the terms of one feature for the rows [start, start + length) of its column: `into[k][i]` is term k of row
 * start + i, rounded to float32. The column must be of the plan's kind.
 */
export function fillTerms(plan: FeaturePlan, column: Column, into: readonly Float32Array[], start: number): void {
  if (plan.kind === 'number') fillNumber(plan, (column as { values: Float32Array }).values, into, start)
  else fillCategory(plan, column as Extract<Column, { kind: 'category' }>, into, start)
}

/** A known value as the terms see it. */
export function planValue({ log, low, high }: Pick<NumberPlan, 'log' | 'low' | 'high'>, value: number): number {
  const transformed = log ? signedLog1p(value) : value
  return transformed < low ? low : transformed > high ? high : transformed
}

function fillNumber(plan: NumberPlan, values: Float32Array, into: readonly Float32Array[], start: number): void {
  for (const [k, term] of plan.terms.entries()) {
    const out = into[k]!
    if (term.kind === 'missing') {
      const known = -term.mean / term.scale
      const missing = (1 - term.mean) / term.scale
      for (let i = 0; i < out.length; i++) out[i] = Number.isFinite(values[start + i]!) ? known : missing
    } else if (term.kind === 'value') {
      for (let i = 0; i < out.length; i++) {
        const value = values[start + i]!
        out[i] = ((Number.isFinite(value) ? planValue(plan, value) : plan.fill) - term.mean) / term.scale
      }
    } else {
      for (let i = 0; i < out.length; i++) {
        const value = values[start + i]!
        const known = Number.isFinite(value) ? planValue(plan, value) : plan.fill
        out[i] = (curve(term, known) - term.mean) / term.scale
      }
    }
  }
}

/** The raw curve of a square or spline term at a (logged, clipped) value. */
export function curve(term: Extract<NumberTerm, { kind: 'square' | 'spline' }>, value: number): number {
  return term.kind === 'square' ? (value - term.centre) ** 2 : splinePiece(term.knots, term.piece, value)
}

/**
 * Restricted (natural) cubic spline, Harrell (2015) eq. 2.25: piece j of k - 2 for ascending knots t_1..t_k, divided by
 * (t_k - t_1)^2; 0 below the first knot, linear beyond the last.
 */
function splinePiece(knots: readonly number[], piece: number, value: number): number {
  const cube = (x: number): number => (x > 0 ? x * x * x : 0)
  const first = knots[0]!
  const [beforeLast, last] = [knots[knots.length - 2]!, knots[knots.length - 1]!]
  const knot = knots[piece]!
  const bend =
    cube(value - knot) -
    (cube(value - beforeLast) * (last - knot)) / (last - beforeLast) +
    (cube(value - last) * (beforeLast - knot)) / (last - beforeLast)
  return bend / (last - first) ** 2
}

function fillCategory(
  plan: CategoryPlan,
  column: Extract<Column, { kind: 'category' }>,
  into: readonly Float32Array[],
  start: number,
): void {
  const known = new Map(plan.terms.flatMap((term, k) => (term.kind === 'level' ? [[term.level, k] as const] : [])))
  const pooled = plan.terms.findIndex((term) => term.kind === 'pooled')
  const missing = plan.terms.findIndex((term) => term.kind === 'missing')
  // Index of the term that is 1, per code; -1 = none stands for it, and the row is neutral. The last entry is "missing".
  const hot = column.levels.map((level) => known.get(level) ?? pooled)
  for (const [k, term] of plan.terms.entries()) {
    const out = into[k]!
    const [off, on] = [-term.mean / term.scale, (1 - term.mean) / term.scale]
    for (let i = 0; i < out.length; i++) {
      const at = levelOf(column, start + i) === null ? missing : hot[column.codes[start + i]!]!
      out[i] = at < 0 ? 0 : at === k ? on : off
    }
  }
}
