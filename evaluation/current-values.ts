import { type Column, type Dataset, gather, type Labels, missingCode } from '../core/dataset.ts'
import { denseRanks } from '../core/numeric/dense-ranks.ts'
import { rowsByCutoff } from './rows-by-cutoff.ts'

export interface CurrentValuesInput {
  /** Rows ordered by cutoff. */
  readonly dataset: Dataset
  readonly labels: Labels
  /** Attributes that are declared to be fixed. */
  readonly attributes: readonly string[]
  /** Numbers that say what the user did in a stretch of days before the cutoff. */
  readonly behaviours: readonly string[]
}

export interface CurrentValue {
  readonly attribute: string
  /** The behaviour (or `label`) that it describes better and better towards the end of the log. */
  readonly behaviour: string
  /** Share of the variance of the behaviour's ranks that the attribute explains: early cutoffs, the last cutoff. */
  readonly early: number
  readonly late: number
}

const fewestCutoffs = 3
const fewestRows = 100
const mostRows = 4_000
/** Attributes with an honest effect stay within .05 in simulations; a tier by recent spend rises by .35. */
const leastRise = 0.2
const leastLate = 0.3
const groups = 10

/**
 * Attributes that are called fixed but are the value of today ("current tier"). What was fixed when the user came
 * describes behaviour about equally well at every cutoff, however strong its effect; a value made of recent behaviour
 * describes it better the nearer the cutoff is to the day it was taken. Compared: the last cutoff with the mean of the
 * first half, by epsilon squared (Kelley 1935) of ranks; numbers are cut into ten groups. Only the strongest rise of an
 * attribute is told. Null: fewer than 3 cutoffs with 100 rows, so that nobody can tell.
 */
export function currentValues(input: CurrentValuesInput): CurrentValue[] | null {
  const cutoffs = rowsByCutoff(input.dataset, mostRows)
    .map(({ rows }) => rows)
    .filter((rows) => rows.length >= fewestRows)
  if (cutoffs.length < fewestCutoffs) return null
  const early = cutoffs.slice(0, Math.floor(cutoffs.length / 2))
  const late = cutoffs.at(-1)!
  const column = (name: string): Column => input.dataset.columns[input.dataset.names.indexOf(name)]!
  const behaviours = [
    ...input.behaviours.map((name) => ({ name, values: numbersOf(column(name)) })),
    { name: 'label', values: Float32Array.from(input.labels) },
  ]
  const ranked = behaviours.map(({ name, values }) => ({
    name,
    early: early.map((rows) => meanRanks(gather(values, rows, new Float32Array(rows.length)))),
    late: meanRanks(gather(values, late, new Float32Array(late.length))),
  }))
  return input.attributes.flatMap((attribute) => {
    const ofEarly = early.map((rows) => levelsOf(column(attribute), rows))
    const ofLate = levelsOf(column(attribute), late)
    const rises = ranked.map(({ name, ...ranks }) => ({
      attribute,
      behaviour: name,
      early: mean(ranks.early.map((own, i) => explained(own, ofEarly[i]!))),
      late: explained(ranks.late, ofLate),
    }))
    const most = rises.reduce((a, b) => (b.late - b.early > a.late - a.early ? b : a))
    return most.late >= leastLate && most.late - most.early >= leastRise ? [most] : []
  })
}

const numbersOf = (column: Column): Float32Array =>
  column.kind === 'number' ? column.values : Float32Array.from(column.codes)

/** Level by row, missing included; numbers by tenth of their distinct values. */
function levelsOf(column: Column, rows: Uint32Array): Uint32Array {
  if (column.kind === 'category')
    return Uint32Array.from(rows, (row) =>
      column.codes[row] === missingCode ? column.levels.length : column.codes[row]!,
    )
  const ranks = meanRanks(gather(column.values, rows, new Float32Array(rows.length)))
  return Uint32Array.from(ranks, (rank, i) =>
    Number.isNaN(column.values[rows[i]!]!)
      ? groups
      : Math.min(groups - 1, Math.floor((rank / (rows.length + 1)) * groups)),
  )
}

/** Ranks from 1, ties at their mean; missing is lowest. */
function meanRanks(values: Float32Array): Float64Array {
  const { ranks, count } = denseRanks(values)
  const sizes = new Float64Array(count + 1)
  for (const rank of ranks) sizes[rank]!++
  let before = 0
  const means = sizes.map((size) => {
    before += size
    return before - (size - 1) / 2
  })
  return Float64Array.from(ranks, (rank) => means[rank]!)
}

/** Epsilon squared: 1 - (within mean square) / (total mean square); 0 for a constant behaviour or one level. */
function explained(ranks: Float64Array, levels: Uint32Array): number {
  const n = ranks.length
  const centre = mean(ranks)
  const sums = new Map<number, { n: number; sum: number }>()
  let total = 0
  for (let i = 0; i < n; i++) {
    const group = sums.get(levels[i]!) ?? { n: 0, sum: 0 }
    sums.set(levels[i]!, { n: group.n + 1, sum: group.sum + ranks[i]! - centre })
    total += (ranks[i]! - centre) ** 2
  }
  if (total === 0 || sums.size < 2 || sums.size >= n) return 0
  const between = [...sums.values()].reduce((sum, group) => sum + group.sum ** 2 / group.n, 0)
  return Math.max(0, 1 - (total - between) / (n - sums.size) / (total / (n - 1)))
}

function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum / values.length
}
