import type { Condition } from '../../core/condition.ts'
import type {
  DerivedFeature,
  Family,
  Feature,
  FormulaName,
  LookbackDays,
  MeasureFeature,
  Measurement,
  Window,
} from '../definition.ts'

/** Texts of a feature. */
export interface Words {
  readonly name: string
  readonly description: string
  readonly unit: string
  readonly actionable?: boolean
}

const zeroMeasures = new Set(['count', 'sum', 'activeDays', 'distinct'])

/** Whether a measure of nothing is 0: counts, sums, days and distinct levels; all others are missing. */
export const isZeroWhenEmpty = (what: { readonly measure: string; readonly of?: string }): boolean =>
  zeroMeasures.has(what.measure) ||
  (what.measure === 'gaps' && what.of === 'count') ||
  (what.measure === 'sessions' && what.of !== 'meanMinutes')

/** A measure; counts, sums, days and distinct levels of nothing are 0, all else is missing. */
export function measure(
  family: Family,
  words: Words,
  what: Measurement & { readonly where?: Condition },
  window: Window,
): MeasureFeature {
  return {
    ...named(family, words),
    whenEmpty: isZeroWhenEmpty(what) ? 'zero' : 'missing',
    kind: 'measure',
    ...what,
    lookbackDays: window.lookbackDays,
    offsetDays: window.offsetDays,
  } as MeasureFeature
}

export interface Recipe {
  readonly formula: FormulaName
  readonly from: readonly Feature[]
  readonly limit?: number
}

/** Made of other features; missing where an input is missing or a divisor is 0. */
export function derive(family: Family, words: Words, recipe: Recipe): DerivedFeature {
  return {
    ...named(family, words),
    whenEmpty: 'missing',
    kind: 'derived',
    formula: recipe.formula,
    from: recipe.from.map((feature) => feature.name),
    ...(recipe.limit === undefined ? {} : { limit: recipe.limit }),
  }
}

function named(family: Family, words: Words): Words & { family: Family; actionable: boolean } {
  const { name, description, unit, actionable = false } = words
  return { name, description, family, unit, actionable }
}

export const last = (lookbackDays: LookbackDays): Window => ({ lookbackDays, offsetDays: 0 })
/** The stretch of the same length just before `last(days)`. */
export const before = (days: number): Window => ({ lookbackDays: days, offsetDays: days })

/**
 * The parts over which a trend is drawn, oldest first: whole weeks for lookbacks of 28 to 91 days, whole stretches of four
 * weeks for longer ones up to a year, else four equal parts. They end at the visible end and may leave out the first days.
 */
export function trendParts(days: number): readonly Window[] {
  const part = days >= 28 && days <= 91 ? 7 : days > 91 && days <= 366 ? 28 : Math.floor(days / 4)
  const count = part === 7 || part === 28 ? Math.floor(days / part) : 4
  return Array.from({ length: count }, (_, i) => ({ lookbackDays: part, offsetDays: (count - 1 - i) * part }))
}

/** `weeks`, `periods of 28 days`: what a trend goes over. */
export function trendWords(parts: readonly Window[]): string {
  const part = parts[0]!.lookbackDays
  return part === 7
    ? `${parts.length} weeks: change per week`
    : `${parts.length} periods of ${part} days: change per period`
}

/** `30d`, `30d_before`, `7d_from_14d`, `lifetime`. */
export function suffix(window: Window): string {
  if (window.lookbackDays === 'lifetime') return 'lifetime'
  if (window.offsetDays === 0) return `${window.lookbackDays}d`
  if (window.offsetDays === window.lookbackDays) return `${window.lookbackDays}d_before`
  return `${window.lookbackDays}d_from_${window.offsetDays}d`
}

/** `in the last 30 days`, `in the 30 days before these`, `ever`. */
export function inWords(window: Window): string {
  if (window.lookbackDays === 'lifetime') return 'ever'
  if (window.offsetDays === 0) return `in the last ${window.lookbackDays} days`
  return `in the ${window.lookbackDays} days that end ${window.offsetDays} days before the cutoff`
}
