import type { CurveFiles } from '../core/artifacts.ts'
import type { Labels, Probabilities } from '../core/dataset.ts'
import type { SortedRows } from './metric.ts'
import { sortRows } from './sorted-rows.ts'
import { type Point, thinCurve } from './thin-curve.ts'
import { wilsonInterval } from './wilson.ts'

const pointsPerCurve = 200
const binCount = 10

export interface CurveInput {
  readonly y: Labels
  readonly models: readonly { readonly name: string; readonly p: Probabilities }[]
}

/** plots/roc.json, pr.json, calibration.json and gains.json of one part, models in the order given. */
export function curveFiles({ y, models }: CurveInput): Omit<CurveFiles, 'scores'> {
  const users = new Uint32Array(y.length)
  const sorted = models.map((model) => ({ model: model.name, rows: sortRows({ y, p: model.p, users }) }))
  return {
    roc: sorted.map(({ model, rows }) => ({ model, points: rocPoints(rows) })),
    pr: sorted.map(({ model, rows }) => ({ model, points: prPoints(rows), baseRate: churnersOf(rows) / y.length })),
    calibration: sorted.map(({ model, rows }) => ({ model, bins: calibrationBins(rows) })),
    gains: sorted.map(({ model, rows }) => ({ model, deciles: gainsByDecile(rows) })),
  }
}

/** From (0, 0) to (1, 1): x false positive rate, y recall; at most 200 points. Empty with one class. */
export function rocPoints(rows: SortedRows): Point[] {
  const churners = churnersOf(rows)
  const stayers = rows.y.length - churners
  if (churners === 0 || stayers === 0) return []
  const corners = thresholds(rows).map((cut) => ({
    x: (cut.rows - cut.churners) / stayers,
    y: cut.churners / churners,
  }))
  return thinCurve([{ x: 0, y: 0 }, ...corners], pointsPerCurve)
}

/** x recall, y precision, by falling threshold; at most 200 points. Empty without churners. */
export function prPoints(rows: SortedRows): Point[] {
  const churners = churnersOf(rows)
  if (churners === 0) return []
  const corners = thresholds(rows).map((cut) => ({ x: cut.churners / churners, y: cut.churners / cut.rows }))
  return thinCurve(corners, pointsPerCurve)
}

/** 10 equal-mass bins by rising p (the bins of `ece`; fewer where p are equal), churn rate with Wilson's interval. */
export function calibrationBins(rows: SortedRows): CurveFiles['calibration'][number]['bins'] {
  const n = rows.y.length
  const bins = Array.from({ length: binCount }, () => ({ rows: 0, predicted: 0, churned: 0 }))
  for (let start = 0; start < n;) {
    let end = start
    while (rows.endsGroup[end] === 0) end++
    const bin = bins[Math.floor((start * binCount) / n)]!
    for (let i = start; i <= end; i++) {
      bin.rows++
      bin.predicted += rows.p[i]!
      bin.churned += rows.y[i]!
    }
    start = end + 1
  }
  return bins
    .filter((bin) => bin.rows > 0)
    .map((bin) => ({
      meanPredicted: bin.predicted / bin.rows,
      observed: bin.churned / bin.rows,
      ...wilsonInterval(bin.churned, bin.rows),
      rows: bin.rows,
    }))
}

/**
 * Tenths of the rows by falling p, decile 1 = highest risk; a group of equal p spreads its churners evenly over the
 * deciles that it spans ("ties averaged"), so that counts need not be whole. Decile 1's lift is `lift_10`.
 */
export function gainsByDecile(rows: SortedRows): CurveFiles['gains'][number]['deciles'] {
  const total = rows.y.length
  const churners = churnersOf(rows)
  const caught = thresholds(rows)
  let before = 0
  return Array.from({ length: binCount }, (_, at) => {
    const through = churnersThrough(caught, (total * (at + 1)) / binCount)
    const churned = through - before
    before = through
    const rowsInDecile = total / binCount
    const churnRate = churned / rowsInDecile
    return {
      decile: at + 1,
      rows: rowsInDecile,
      churned,
      churnRate,
      lift: churnRate / (churners / total),
      cumulativeShare: through / churners,
    }
  })
}

/** Histogram of probabilities in `binCount` equal bins of [0, 1]; 1 counts in the last. */
export function scoreHistogram(
  published: Probabilities,
  test: { y: Labels; p: Probabilities },
  count = 40,
): CurveFiles['scores'] {
  const bins = Array.from({ length: count }, (_, at) => ({
    from: at / count,
    to: (at + 1) / count,
    published: 0,
    testChurned: 0,
    testStayed: 0,
  }))
  const binOf = (p: number) => bins[Math.min(count - 1, Math.floor(p * count))]!
  for (const p of published) if (!Number.isNaN(p)) binOf(p).published++
  test.p.forEach((p, i) => {
    const bin = binOf(p)
    if (test.y[i] === 1) bin.testChurned++
    else bin.testStayed++
  })
  return { bins }
}

interface Cut {
  rows: number
  churners: number
}

/** Rows and churners at or above each distinct p, highest first; the last holds all rows. */
function thresholds({ y, endsGroup }: SortedRows): Cut[] {
  const cuts: Cut[] = []
  let churners = 0
  for (let i = y.length - 1; i >= 0; i--) {
    churners += y[i]!
    if (i === 0 || endsGroup[i - 1] === 1) cuts.push({ rows: y.length - i, churners })
  }
  return cuts
}

/** Churners among the `mass` riskiest rows, linear inside a group of equal p. */
function churnersThrough(cuts: readonly Cut[], mass: number): number {
  let previous: Cut = { rows: 0, churners: 0 }
  for (const cut of cuts) {
    if (cut.rows >= mass)
      return (
        previous.churners + ((cut.churners - previous.churners) * (mass - previous.rows)) / (cut.rows - previous.rows)
      )
    previous = cut
  }
  return previous.churners
}

function churnersOf({ y }: SortedRows): number {
  let churners = 0
  for (const label of y) churners += label
  return churners
}
