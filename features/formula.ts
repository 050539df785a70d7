import type { Dialect } from '../engines/dialect.ts'
import type { DerivedFeature, FormulaName } from './definition.ts'

/**
 * How features of one row are combined. A missing input makes the result missing (except for `largest`); so does a
 * divisor of 0.
 */
export interface Formula {
  /** Exact number of inputs, or the least of any number; `inPairs`: only even numbers. */
  readonly inputs: number | { readonly atLeast: number; readonly inPairs?: boolean }
  readonly needsLimit: boolean
  /** SQL over input expressions; DOUBLE. */
  sql(inputs: readonly string[], dialect: Dialect, limit: number): string
}

const pair = { inputs: 2, needsLimit: false } as const
const any = { inputs: { atLeast: 1 }, needsLimit: false } as const

export const formulas: Readonly<Record<FormulaName, Formula>> = {
  ratio: { ...pair, sql: ([a, b], dialect) => dialect.ratio(a!, b!) },
  difference: { ...pair, sql: ([a, b], dialect) => dialect.toDouble(`(${a} - ${b})`) },
  product: { ...pair, sql: ([a, b], dialect) => `(${dialect.toDouble(a!)} * ${b})` },
  share: { ...pair, sql: ([a, b], dialect) => dialect.ratio(a!, `(${a} + ${b})`) },
  decay: { ...pair, sql: ([a, b], dialect) => dialect.ratio(`(${a} + 1)`, `(${b} + 1)`) },
  fade: {
    ...pair,
    needsLimit: true,
    sql: ([a, b], dialect, limit) => dialect.ratio(a!, `(${dialect.ratio(b!, dialect.number(limit))} + 1)`),
  },
  slope: { inputs: { atLeast: 2 }, needsLimit: false, sql: slope },
  rate: { ...pair, needsLimit: true, sql: ([a, b], dialect, limit) => dialect.ratio(a!, atMost(b!, limit, dialect)) },
  below: {
    inputs: 1,
    needsLimit: true,
    sql: ([a], dialect, limit) => `CASE WHEN ${a} < ${dialect.number(limit)} THEN 1 WHEN ${a} IS NOT NULL THEN 0 END`,
  },
  countPositive: {
    ...any,
    sql: (inputs) => `(${inputs.map((a) => `CASE WHEN ${a} > 0 THEN 1 WHEN ${a} IS NOT NULL THEN 0 END`).join(' + ')})`,
  },
  sum: { ...any, sql: (inputs, dialect) => dialect.toDouble(`(${inputs.join(' + ')})`) },
  largest: {
    inputs: { atLeast: 2 },
    needsLimit: false,
    sql: (inputs) => `GREATEST(${inputs.join(', ')})`,
  },
  concentration: { ...any, sql: concentration },
  shift: { inputs: { atLeast: 4, inPairs: true }, needsLimit: false, sql: shift },
}

/** The smaller of an input and the limit; NULL stays NULL (LEAST would skip it). */
const atMost = (a: string, limit: number, dialect: Dialect): string =>
  `CASE WHEN ${a} > ${dialect.number(limit)} THEN ${dialect.number(limit)} ELSE ${a} END`

/** Least squares over x = 0, 1, ..., k - 1, integer weights 2x - (k - 1): slope = sum(w y) * 6 / (k (k^2 - 1)). */
function slope(inputs: readonly string[], dialect: Dialect): string {
  const k = inputs.length
  const terms = inputs.map((a, x) => `(${2 * x - (k - 1)}) * ${a}`)
  return dialect.ratio(`((${terms.join(' + ')}) * 6)`, String(k * (k * k - 1)))
}

/** sum n^2 / T^2; squares and T are integers where the inputs are. */
function concentration(inputs: readonly string[], dialect: Dialect): string {
  const total = `(${inputs.join(' + ')})`
  const squares = inputs.map((n) => `${n} * ${n}`).join(' + ')
  return dialect.ratio(`(${squares})`, `(${total} * ${total})`)
}

/** sum |a B - b A| / (2 A B) over the first half a, of sum A, and the second half b, of sum B: integers until the end. */
function shift(inputs: readonly string[], dialect: Dialect): string {
  const [now, then] = [inputs.slice(0, inputs.length / 2), inputs.slice(inputs.length / 2)]
  const [a, b] = [`(${now.join(' + ')})`, `(${then.join(' + ')})`]
  const apart = now.map((n, i) => `ABS(${n} * ${b} - ${then[i]!} * ${a})`)
  return dialect.ratio(`(${apart.join(' + ')})`, `(2 * ${a} * ${b})`)
}

/** Null when the formula fits its inputs, else what is wrong. */
export function formulaFault(feature: Pick<DerivedFeature, 'formula' | 'from' | 'limit'>): string | null {
  const { inputs, needsLimit } = formulas[feature.formula]
  const count = feature.from.length
  if (typeof inputs === 'number' && count !== inputs)
    return `formula ${feature.formula} takes ${inputs} inputs, got ${count}`
  if (typeof inputs !== 'number' && count < inputs.atLeast)
    return `formula ${feature.formula} takes at least ${inputs.atLeast} inputs, got ${count}`
  if (typeof inputs !== 'number' && inputs.inPairs === true && count % 2 === 1)
    return `formula ${feature.formula} takes an even number of inputs, got ${count}`
  if (needsLimit && feature.limit === undefined) return `formula ${feature.formula} needs a limit`
  return !needsLimit && feature.limit !== undefined ? `formula ${feature.formula} takes no limit` : null
}
