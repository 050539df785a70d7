import { quantileSorted } from '../core/numeric/quantile-sorted.ts'

export interface ChurnRateAt {
  readonly cutoff: string
  readonly churnRate: number
  /** Rows behind the rate. */
  readonly rows: number
}

export interface ChurnJump {
  readonly cutoff: string
  readonly change: number
  /** The change in robust standard deviations of the earlier changes. */
  readonly deviations: number
  readonly message: string
}

const limit = 4
const fewestEarlierChanges = 4

/**
 * Jumps of the churn rate by cutoff: a change over 4 robust SD (1.4826 x median absolute deviation) away from the median
 * of the earlier changes. The SD is never taken below the sampling error of the change itself, so that small or very
 * even series do not cry wolf. Needs 4 earlier changes; rates ascending by cutoff.
 */
export function findChurnJumps(rates: readonly ChurnRateAt[]): ChurnJump[] {
  const changes = rates.slice(1).map((rate, i) => rate.churnRate - rates[i]!.churnRate)
  return changes.flatMap((change, i) => {
    if (i < fewestEarlierChanges) return []
    const { centre, deviation } = robust(changes.slice(0, i))
    const [before, after] = [rates[i]!, rates[i + 1]!]
    const scale = Math.max(deviation, Math.sqrt(samplingVariance(before) + samplingVariance(after)))
    const deviations = Math.abs(change - centre) / scale
    if (!(deviations > limit)) return []
    const message =
      `churn rate goes from ${before.churnRate.toFixed(4)} to ${after.churnRate.toFixed(4)} at ${after.cutoff}, ` +
      `${deviations.toFixed(1)} robust SD of the earlier changes`
    return [{ cutoff: after.cutoff, change, deviations, message }]
  })
}

function robust(values: readonly number[]): { centre: number; deviation: number } {
  const centre = median(values)
  return { centre, deviation: 1.4826 * median(values.map((value) => Math.abs(value - centre))) }
}

function median(values: readonly number[]): number {
  return quantileSorted(
    [...values].sort((a, b) => a - b),
    0.5,
  )
}

function samplingVariance({ churnRate, rows }: ChurnRateAt): number {
  return (churnRate * (1 - churnRate)) / rows
}
