import { logit } from '../../core/numeric/logit.ts'
import type { SortedRows } from '../metric.ts'

/** Rows gathered by logit(p): all that a logistic fit on one number needs. */
export interface LogitBins {
  /** Number of bins in use. */
  readonly size: number
  /** Mean logit, mass and mass of churners by bin. */
  readonly z: Float64Array
  readonly mass: Float64Array
  readonly churned: Float64Array
}

/**
 * Prepares to gather weighted rows into bins of logit(p) at most `width` wide, each at its own weighted mean. Width 0:
 * one bin per distinct p, exact. The error of a fit is of order width^2 / 24: below 2e-5 at .02 (tested).
 */
export function logitBinner({ y, p, ones }: SortedRows, width: number): (weights?: Float32Array) => LogitBins {
  const z = Float64Array.from(p, (value) => logit(value))
  const ends: number[] = []
  for (let i = 0, start = 0; i < z.length; i++)
    if (i + 1 === z.length || z[i + 1]! - z[start]! > width) {
      ends.push(i + 1)
      start = i + 1
    }
  const bins = {
    size: 0,
    z: new Float64Array(ends.length),
    mass: new Float64Array(ends.length),
    churned: new Float64Array(ends.length),
  }
  return (weights = ones) => {
    bins.size = 0
    for (let bin = 0, i = 0; bin < ends.length; bin++) {
      let mass = 0
      let moment = 0
      let churned = 0
      for (const end = ends[bin]!; i < end; i++) {
        const weight = weights[i]!
        mass += weight
        moment += weight * z[i]!
        churned += weight * y[i]!
      }
      if (mass === 0) continue
      bins.z[bins.size] = moment / mass
      bins.mass[bins.size] = mass
      bins.churned[bins.size] = churned
      bins.size++
    }
    return bins
  }
}
