import type { MetricInput } from './metric.ts'
import { sortRows } from './sorted-rows.ts'

const bins = 10
/** Quantiles of the standard normal: two tests of level .5 % make at most 1 % false alarms. */
const z9975 = 2.8070337683438
const z995 = 2.5758293035489

/** Whether chance alone explains how far probabilities and outcomes are apart; each test has a level of .5 %. */
export interface CalibrationEvidence {
  /** Churners are more or fewer than the probabilities add up to. */
  readonly isTotalOff: boolean
  /** Some of the ten bins of `ece` are off. */
  readonly isBinOff: boolean
}

/**
 * Residuals y - p, added up over all rows and over ten bins of equal mass, in units of their standard deviation: that of
 * true probabilities, sum p (1 - p), or that of independent users, sum over users of (sum of residuals)^2 (Liang & Zeger,
 * 1986), whichever is larger, so that neither rare churners nor users with several rows make an alarm. What was learned on
 * few churners of `calibrate` is known no better than these: their variance, carried over to as many churners as are expected
 * here, is added, to every bin in the same proportion. All rows: a two-sided normal test. Bins: the sum of squares against
 * chi square with one degree of freedom for each (Hosmer & Lemeshow, 1980, for predictions from elsewhere).
 */
export function calibrationEvidence(test: MetricInput, calibrate: MetricInput | null): CalibrationEvidence {
  const { y, p, users, endsGroup } = sortRows(test)
  const whole = sumsOver({ y, p, users })
  const total = whole(0, y.length)
  const inflation = calibrate === null ? 1 : 1 + carriedOver(calibrate, total.expected) / total.variance
  const squaredZ = ({ surplus, variance }: Sums): number =>
    variance === 0 ? 0 : (surplus * surplus) / (variance * inflation)
  const edges = binEdges(endsGroup)
  const squares = edges.slice(1).reduce((sum, end, b) => sum + squaredZ(whole(edges[b]!, end)), 0)
  return { isTotalOff: squaredZ(total) > z9975 ** 2, isBinOff: squares > chiSquare995(edges.length - 1) }
}

/** Variance of the churners expected in test that the churners of calibrate leave. */
function carriedOver({ y, p, users }: MetricInput, expected: number): number {
  const { variance, churned } = sumsOver({ y, p, users })(0, y.length)
  return churned === 0 ? 0 : variance * (expected / churned) ** 2
}

interface Sums {
  readonly surplus: number
  readonly expected: number
  readonly churned: number
  readonly variance: number
}

/** Sums over rows [from, to). */
function sumsOver({ y, p, users }: Pick<MetricInput, 'y' | 'p' | 'users'>): (from: number, to: number) => Sums {
  const byUser = new Float64Array(users.reduce((most, user) => Math.max(most, user), 0) + 1)
  return (from, to) => {
    const sums = { surplus: 0, expected: 0, churned: 0, variance: 0 }
    let modelled = 0
    for (let i = from; i < to; i++) {
      sums.expected += p[i]!
      sums.churned += y[i]!
      modelled += p[i]! * (1 - p[i]!)
      byUser[users[i]!]! += y[i]! - p[i]!
    }
    let clustered = 0
    for (let i = from; i < to; i++) {
      clustered += byUser[users[i]!]! ** 2
      byUser[users[i]!] = 0
    }
    return { ...sums, surplus: sums.churned - sums.expected, variance: Math.max(modelled, clustered) }
  }
}

/** First row of each bin, and the number of rows; a group of equal p belongs to the bin in which its first row falls. */
function binEdges(endsGroup: Uint8Array): number[] {
  const edges = [0]
  let bin = 0
  for (let i = 1; i < endsGroup.length; i++) {
    if (endsGroup[i - 1] === 0 || i * bins < (bin + 1) * endsGroup.length) continue
    bin = Math.floor((i * bins) / endsGroup.length)
    edges.push(i)
  }
  return [...edges, endsGroup.length]
}

/** Quantile at .995 of chi square (Wilson & Hilferty, 1931); within 1 % for 2 and more degrees of freedom. */
const chiSquare995 = (degrees: number): number =>
  degrees * (1 - 2 / (9 * degrees) + z995 * Math.sqrt(2 / (9 * degrees))) ** 3
