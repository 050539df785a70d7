import { pairedInterval, type PredictedPair } from '../paired-interval.ts'
import { mean, studentBound, variance } from '../spread.ts'

/**
 * The difference over the splits of repeated cross-validation with the corrected 95 % interval of Nadeau and Bengio (2003):
 * splits share most of their training rows, so the variance of their mean is (1 / splits + test rows / train rows) times
 * theirs. Wider than that of `pairedInterval`: it is about any training rows, not about these.
 */
export function splitInterval({
  y,
  pairs,
  divisions,
  folds,
}: {
  readonly y: Uint8Array
  readonly pairs: readonly PredictedPair[]
  /** Fold of every row, repeat after repeat. */
  readonly divisions: Uint8Array
  readonly folds: number
}): Readonly<Record<string, number>> {
  const auc: number[] = []
  const logLoss: number[] = []
  for (const [repeat, { ours, theirs }] of pairs.entries())
    for (let fold = 0; fold < folds; fold++) {
      const isHere = (_: number, i: number): boolean => divisions[repeat * y.length + i] === fold
      const here = { ours: ours.filter(isHere), theirs: theirs.filter(isHere) }
      const found = pairedInterval(y.filter(isHere), [here])
      auc.push(found['theirsAuc']! - found['oursAuc']!)
      logLoss.push(found['oursLogLoss']! - found['theirsLogLoss']!)
    }
  return { ...bounds('aucLossBySplit', auc, folds), ...bounds('logLossLossBySplit', logLoss, folds) }
}

function bounds(name: string, values: readonly number[], folds: number): Record<string, number> {
  const half = studentBound(values.length - 1) * Math.sqrt((1 / values.length + 1 / (folds - 1)) * variance(values))
  return { [`${name}Low`]: mean(values) - half, [`${name}High`]: mean(values) + half }
}
