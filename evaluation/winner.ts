import { EbbError } from '../core/errors.ts'
import type { EvaluatedModel } from './bootstrap.ts'
import type { Metric } from './metric.ts'
import { pairedDifference } from './paired-difference.ts'

/** What is known of a model beside its numbers. */
export interface Candidate {
  readonly name: string
  readonly complexity: number
  readonly isBaseline: boolean
}

export interface Ranked {
  readonly name: string
  /** Within one paired standard error of the best on select. True for the best itself. */
  readonly tiedWithBest: boolean
}

export interface Choice {
  readonly winner: string
  /** One sentence for people. */
  readonly reason: string
  /** Best first by the metric on select; equal values: simpler first, then by name. Undefined values come last. */
  readonly ranking: readonly Ranked[]
  /** The best baseline by the same metric; null without baselines. */
  readonly bestBaseline: string | null
}

/**
 * Fixes the winner on the select part: the best by `metric`, or the simplest of those within one paired standard error
 * of it (the one-standard-error rule, Breiman et al. 1984). `evaluated` is one call of `evaluateModels` on select.
 * Throws an EbbError of kind `stage` when the metric is undefined for every model.
 */
export function chooseWinner(
  metric: Metric,
  evaluated: readonly EvaluatedModel[],
  candidates: readonly Candidate[],
): Choice {
  const entries = evaluated.map((model) => ({ model, candidate: candidateOf(model.name, candidates) }))
  const loss = lossOf(metric)
  const lossOn = (entry: (typeof entries)[number]) => loss(entry.model.metrics[metric.name]?.value ?? Number.NaN)
  entries.sort(
    (a, b) =>
      compareUndefinedLast(lossOn(a), lossOn(b)) ||
      a.candidate.complexity - b.candidate.complexity ||
      compareText(a.model.name, b.model.name),
  )
  const best = entries[0]
  if (!best || Number.isNaN(lossOn(best))) throw undefinedMetric(metric.name)
  const ties = entries.map((entry) => {
    const difference = pairedDifference(entry.model, best.model, metric.name, loss)
    return { ...entry, isTied: entry === best || difference.value <= (difference.standardError || 0) }
  })
  const tied = ties.filter((entry) => entry.isTied)
  const winner = tied.reduce((a, b) => (b.candidate.complexity < a.candidate.complexity ? b : a))
  return {
    winner: winner.model.name,
    reason: reasonFor(metric, winner.candidate, best.candidate, tied.length),
    ranking: ties.map((entry) => ({ name: entry.model.name, tiedWithBest: entry.isTied })),
    bestBaseline: entries.find((entry) => entry.candidate.isBaseline)?.model.name ?? null,
  }
}

/** Turns a metric's value into something to be made small. */
export function lossOf(metric: Metric): (value: number) => number {
  if (metric.direction === 'minimize') return (value) => value
  if (metric.direction === 'maximize') return (value) => -value
  const ideal = metric.ideal ?? 0
  return (value) => Math.abs(value - ideal)
}

function reasonFor(metric: Metric, winner: Candidate, best: Candidate, tied: number): string {
  const baseline = winner.isBaseline ? '; it is a baseline: no model earned its place' : ''
  if (winner === best && tied === 1) return `best ${metric.name} on select, alone within one standard error${baseline}`
  if (winner === best) return `best ${metric.name} on select and the simplest of ${tied} tied models${baseline}`
  return `simplest of ${tied} models within one paired standard error of the best ${metric.name} on select (${best.name})${baseline}`
}

function candidateOf(name: string, candidates: readonly Candidate[]): Candidate {
  const candidate = candidates.find((one) => one.name === name)
  if (!candidate) throw new RangeError(`chooseWinner: no candidate for model "${name}"`)
  return candidate
}

function compareUndefinedLast(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
  return a - b
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function undefinedMetric(name: string): EbbError {
  return new EbbError({
    code: 'WINNER_UNDEFINED',
    kind: 'stage',
    where: 'choose the winner',
    what: `metric "${name}" is undefined on the select part for every model`,
    expected: 'rows of both classes in select',
  })
}
