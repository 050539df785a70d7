import { logit } from '../../core/numeric/logit.ts'
import { sigmoid } from '../../core/numeric/sigmoid.ts'

/** Slow, obvious twins of the metrics: each row is a pair, a weight of k is the row k times over. */
export interface Pair {
  y: number
  p: number
}

export function expand(y: ArrayLike<number>, p: ArrayLike<number>, weights?: ArrayLike<number>): Pair[] {
  return Array.from(y, (label, i) => ({ y: label, p: p[i]! })).flatMap((pair, i) =>
    Array.from({ length: weights ? weights[i]! : 1 }, () => pair),
  )
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
const churned = (rows: readonly Pair[]) => rows.filter((row) => row.y === 1).length

function auc(rows: readonly Pair[]): number {
  const pairs = rows.filter((a) => a.y === 1).flatMap((a) => rows.filter((b) => b.y === 0).map((b) => [a.p, b.p]))
  return mean(pairs.map(([a, b]) => (a! > b! ? 1 : a === b ? 0.5 : 0)))
}

function averagePrecision(rows: readonly Pair[]): number {
  const thresholds = [...new Set(rows.map((row) => row.p))].sort((a, b) => b - a)
  let total = 0
  let recallBefore = 0
  for (const threshold of thresholds) {
    const above = rows.filter((row) => row.p >= threshold)
    const recall = churned(above) / churned(rows)
    total += (recall - recallBefore) * (churned(above) / above.length)
    recallBefore = recall
  }
  return churned(rows) === 0 ? Number.NaN : total
}

function ece(rows: readonly Pair[]): number {
  const sorted = [...rows].sort((a, b) => a.p - b.p)
  const bins = Array.from({ length: 10 }, () => [] as Pair[])
  for (const row of sorted) {
    const below = sorted.filter((other) => other.p < row.p).length
    bins[Math.floor((10 * below) / sorted.length)]!.push(row)
  }
  const errors = bins
    .filter((bin) => bin.length > 0)
    .map((bin) => (bin.length / rows.length) * Math.abs(mean(bin.map((row) => row.p)) - mean(bin.map((row) => row.y))))
  return rows.length === 0 ? Number.NaN : errors.reduce((a, b) => a + b, 0)
}

function lift10(rows: readonly Pair[]): number {
  const free = rows.length / 10
  const caught = rows.map((row) => {
    const above = rows.filter((other) => other.p > row.p).length
    const equal = rows.filter((other) => other.p === row.p).length
    return row.y * Math.min(1, Math.max(0, (free - above) / equal))
  })
  return caught.reduce((a, b) => a + b, 0) / free / (churned(rows) / rows.length)
}

/** Bisection on the score equation: slow and without a Newton step. */
function calibrationIntercept(rows: readonly Pair[]): number {
  if (churned(rows) === 0 || churned(rows) === rows.length) return Number.NaN
  let [low, high] = [-60, 60]
  for (let step = 0; step < 200; step++) {
    const middle = (low + high) / 2
    const surplus = rows.reduce((total, row) => total + row.y - sigmoid(middle + logit(row.p)), 0)
    if (surplus > 0) low = middle
    else high = middle
  }
  return (low + high) / 2
}

const table = (rows: readonly Pair[], threshold: number) => {
  const predicted = rows.filter((row) => row.p >= threshold)
  return { hits: churned(predicted), predicted: predicted.length, churners: churned(rows) }
}

export const plainMetrics: Record<string, (rows: readonly Pair[], threshold: number) => number> = {
  auc,
  average_precision: averagePrecision,
  f1: (rows, threshold) => {
    const { hits, predicted, churners } = table(rows, threshold)
    const [precision, recall] = [hits / predicted, hits / churners]
    return predicted + churners > 0 && hits === 0 ? 0 : (2 * precision * recall) / (precision + recall)
  },
  precision: (rows, threshold) => table(rows, threshold).hits / table(rows, threshold).predicted,
  recall: (rows, threshold) => table(rows, threshold).hits / table(rows, threshold).churners,
  log_loss: (rows) => mean(rows.map(({ y, p }) => -Math.log(Math.max(y === 1 ? p : 1 - p, 1e-15)))),
  brier: (rows) => mean(rows.map(({ y, p }) => (p - y) * (p - y))),
  ece,
  calibration_intercept: calibrationIntercept,
  lift_10: lift10,
}
