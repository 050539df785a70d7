import { type Column, type Dataset, gather, type Labels, missingCode, selectRows } from '../core/dataset.ts'
import { denseRanks } from '../core/numeric/dense-ranks.ts'

export interface FeatureAuc {
  readonly feature: string
  /** AUC of the one feature in its better direction, 0.5 to 1; NaN with one class. */
  readonly auc: number
  /** 95 % interval, in [0, 1]; rows of one user are no independent evidence. NaN with one class. */
  readonly low: number
  readonly high: number
}

/** More rows change no verdict: then every k-th user is looked at. */
const mostRows = 100_000
const z = 1.959963984540054

/**
 * How well each feature alone ranks the labels, either way round, missing counted as a value: as the lowest, as the
 * highest, and against present. Categories are ranked by the churn rate that their level has among the other half of
 * users, so that many rare levels do not look like knowledge. Above 100,000 rows a share of the users. In the order of
 * the columns.
 */
export function oneFeatureAucs(x: Dataset, y: Labels): FeatureAuc[] {
  const sample = sampleOfUsers(x, y)
  const clusters = clustersOf(sample.x.users)
  return sample.x.names.map((feature, j) => {
    const candidates = rankingsOf(sample.x.columns[j]!, sample.x.users, sample.y)
    const measured = candidates.map((ranking) => ({ ranking, ...countsOf(ranking, sample.y) }))
    const size = ({ auc }: { auc: number }): number => Math.abs(auc - 0.5)
    const best = measured.reduce((a, b) => (size(b) > size(a) ? b : a))
    const half = z * standardError(best, sample.y, clusters)
    const auc = Math.max(best.auc, 1 - best.auc)
    return { feature, auc, low: Math.max(0, auc - half), high: Math.min(1, auc + half) }
  })
}

function sampleOfUsers(x: Dataset, y: Labels): { x: Dataset; y: Labels } {
  const step = Math.ceil(x.rowCount / mostRows)
  if (step <= 1) return { x, y }
  const rows = Uint32Array.from({ length: x.rowCount }, (_, i) => i).filter((row) => x.users[row]! % step === 0)
  return { x: selectRows(x, rows), y: gather(y, rows, new Uint8Array(rows.length)) }
}

/** Ranks by row, 0 to `size` - 1; equal ranks are ties. */
interface Ranking {
  readonly ranks: Uint32Array
  readonly size: number
}

function rankingsOf(column: Column, users: Uint32Array, y: Labels): Ranking[] {
  if (column.kind === 'category') return [rateRanks(column.codes, users, y)]
  const { ranks, count } = denseRanks(column.values)
  const lowest = { ranks, size: count + 1 }
  if (!ranks.includes(0)) return [lowest]
  return [
    lowest,
    { ranks: ranks.map((rank) => (rank === 0 ? count + 1 : rank)), size: count + 2 },
    { ranks: ranks.map((rank) => (rank === 0 ? 0 : 1)), size: 2 },
  ]
}

/** Ranks of the churn rate of the row's level among users of the other parity; unseen levels get that half's base rate. */
function rateRanks(codes: Uint16Array, users: Uint32Array, y: Labels): Ranking {
  const size = missingCode + 1
  const rows = new Uint32Array(2 * size)
  const churners = new Uint32Array(2 * size)
  const base = [0, 0]
  const total = [0, 0]
  codes.forEach((code, i) => {
    const half = users[i]! % 2
    rows[half * size + code]!++
    churners[half * size + code]! += y[i]!
    total[half]!++
    base[half]! += y[i]!
  })
  const rates = Float32Array.from(codes, (code, i) => {
    const other = 1 - (users[i]! % 2)
    const seen = rows[other * size + code]!
    return seen === 0 ? base[other]! / Math.max(1, total[other]!) : churners[other * size + code]! / seen
  })
  const { ranks, count } = denseRanks(rates)
  return { ranks, size: count + 1 }
}

interface Counts {
  /** P(rank of a churner > rank of a stayer) + half of P(equal). */
  readonly auc: number
  readonly churners: number
  readonly stayers: number
  /** By rank: share of stayers below it (ties half), share of churners above it (ties half). */
  readonly below: Float64Array
  readonly above: Float64Array
}

function countsOf({ ranks, size }: Ranking, y: Labels): Counts {
  const positive = new Float64Array(size)
  const negative = new Float64Array(size)
  for (let i = 0; i < y.length; i++) (y[i] === 1 ? positive : negative)[ranks[i]!]!++
  const churners = positive.reduce((sum, count) => sum + count, 0)
  const stayers = y.length - churners
  const below = new Float64Array(size)
  const above = new Float64Array(size)
  let [seenPositive, seenNegative, concordant] = [0, 0, 0]
  for (let rank = 0; rank < size; rank++) {
    below[rank] = (seenNegative + negative[rank]! / 2) / stayers
    seenPositive += positive[rank]!
    seenNegative += negative[rank]!
    above[rank] = (churners - seenPositive + positive[rank]! / 2) / churners
    concordant += positive[rank]! * below[rank]!
  }
  return { auc: concordant / churners, churners, stayers, below, above }
}

/** Users renumbered 0.., and how many. */
interface Clusters {
  readonly of: Uint32Array
  readonly count: number
}

function clustersOf(users: Uint32Array): Clusters {
  const position = new Map<number, number>()
  const of = users.map((user) => {
    const known = position.get(user) ?? position.size
    position.set(user, known)
    return known
  })
  return { of, count: position.size }
}

/**
 * Standard error of an AUC over clustered rows (Obuchowski 1997, eq. 5-8, as one sum over clusters of their influence:
 * the components of DeLong, DeLong and Clarke-Pearson 1988 added up by user).
 */
function standardError(counts: Counts & { readonly ranking: Ranking }, y: Labels, clusters: Clusters): number {
  const { ranking, auc, churners, stayers, below, above } = counts
  const influence = new Float64Array(clusters.count)
  for (let i = 0; i < y.length; i++) {
    const rank = ranking.ranks[i]!
    influence[clusters.of[i]!]! += y[i] === 1 ? (below[rank]! - auc) / churners : (above[rank]! - auc) / stayers
  }
  const squares = influence.reduce((sum, value) => sum + value * value, 0)
  return Math.sqrt((squares * clusters.count) / (clusters.count - 1))
}
