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
 * 1986), whichever is larger, so that neither rare churners nor users with several rows make an alarm. All rows: a two-sided
 * normal test. Bins: the sum of squares against chi square with one degree of freedom for each (Hosmer & Lemeshow, 1980, for
 * predictions from elsewhere).
 */
export function calibrationEvidence(input: MetricInput): CalibrationEvidence {
  const { y, p, users, endsGroup } = sortRows(input)
  const residuals = p.map((value, i) => y[i]! - value)
  const byUser = new Float64Array(users.reduce((most, user) => Math.max(most, user), 0) + 1)
  const squaredZ = (from: number, to: number): number => {
    let sum = 0
    let modelled = 0
    let clustered = 0
    for (let i = from; i < to; i++) {
      sum += residuals[i]!
      modelled += p[i]! * (1 - p[i]!)
      byUser[users[i]!]! += residuals[i]!
    }
    for (let i = from; i < to; i++) {
      clustered += byUser[users[i]!]! ** 2
      byUser[users[i]!] = 0
    }
    const variance = Math.max(modelled, clustered)
    return variance === 0 ? 0 : (sum * sum) / variance
  }
  const edges = binEdges(endsGroup)
  const squares = edges.slice(1).reduce((sum, end, b) => sum + squaredZ(edges[b]!, end), 0)
  return { isTotalOff: squaredZ(0, y.length) > z9975 ** 2, isBinOff: squares > chiSquare995(edges.length - 1) }
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
