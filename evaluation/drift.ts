import type { ReferenceFile } from '../core/artifacts.ts'
import type { FeatureDrift } from '../core/audit-artifacts.ts'
import { cohensH, jensenShannon, populationStability, standardisedMeanDifference } from './drift-measures.ts'

export type FeatureHistogram = ReferenceFile['features'][number]

/**
 * How far one feature has moved between two histograms on the same bins (`histogramOn`). Which reference is fair (the same
 * weekday, the training rows, last week) is the caller's to choose. Levels are told by name; one that is on one side only
 * counts 0 on the other.
 */
export function featureDrift(reference: FeatureHistogram, now: FeatureHistogram): FeatureDrift {
  const { levels, counts } = onSameBins(reference, now)
  const missing = [shareMissing(reference), shareMissing(now)] as const
  return {
    feature: reference.feature,
    kind: reference.kind,
    referenceRows: reference.rows,
    rows: now.rows,
    psi: populationStability(...counts),
    jensenShannon: jensenShannon(...counts),
    ...(reference.kind === 'number'
      ? { effect: standardisedMeanDifference(reference, now), effectOf: 'mean' }
      : largestChange(levels, counts)),
    missingReference: missing[0],
    missing: missing[1],
    missingEffect: cohensH(...missing),
  }
}

interface SameBins {
  readonly levels: readonly string[]
  readonly counts: readonly [number[], number[]]
}

function onSameBins(reference: FeatureHistogram, now: FeatureHistogram): SameBins {
  if (reference.kind !== now.kind)
    throw new RangeError(`drift of "${reference.feature}": a ${reference.kind} was compared with a ${now.kind}`)
  if (reference.kind === 'number') return { levels: [], counts: numberCounts(reference, now) }
  const levels = [...new Set([...reference.levels, ...now.levels])]
  const countsOf = ({ levels: own, counts }: FeatureHistogram): number[] =>
    levels.map((level) => counts[own.indexOf(level)] ?? 0)
  return { levels, counts: [countsOf(reference), countsOf(now)] }
}

/** Without a value on one side there are no bins on that side: counts of 0. */
function numberCounts(reference: FeatureHistogram, now: FeatureHistogram): [number[], number[]] {
  if (now.edges.length === 0) return [reference.counts, reference.counts.map(() => 0)]
  if (reference.edges.length === 0) return [now.counts.map(() => 0), now.counts]
  if (reference.edges.join() !== now.edges.join())
    throw new RangeError(`drift of "${reference.feature}": the histograms have different edges`)
  return [reference.counts, now.counts]
}

function largestChange(
  levels: readonly string[],
  [before, after]: SameBins['counts'],
): {
  effect: number
  effectOf: string
} {
  const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0)
  const [was, is] = [total(before), total(after)]
  return levels.reduce(
    (most, level, at) => {
      const effect = cohensH(before[at]! / was, after[at]! / is)
      return Math.abs(effect) > Math.abs(most.effect) || Number.isNaN(most.effect) ? { effect, effectOf: level } : most
    },
    { effect: was > 0 && is > 0 ? 0 : Number.NaN, effectOf: levels[0] ?? '' },
  )
}

const shareMissing = ({ missing, rows }: FeatureHistogram): number => (rows === 0 ? Number.NaN : missing / rows)
