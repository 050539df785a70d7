import { argsort } from '../core/numeric/argsort.ts'
import { mean, studentBound, variance } from './spread.ts'

/** Both sides' probabilities of the same rows, from training on the same rows. */
export interface PredictedPair {
  readonly ours: Float64Array
  readonly theirs: Float64Array
}

/**
 * Quality of both sides on rows with labels `y`, as means over `pairs`, with paired 95 % intervals of the difference:
 * `aucLoss` = theirs - ours, `logLossLoss` = ours - theirs; above 0 = we are worse. Chance of the rows: DeLong, DeLong and
 * Clarke-Pearson (1988) for the AUC, over every row's difference averaged over the pairs. Chance of the training, where there
 * are several pairs: Student's interval of their mean. The variances are added.
 */
export function pairedInterval(y: Uint8Array, pairs: readonly PredictedPair[]): Readonly<Record<string, number>> {
  const rows = [0, 1].map((label) => Uint32Array.from(y.keys()).filter((i) => y[i] === label))
  const auc = pairs.map(({ ours, theirs }) => ({ ours: placements(y, ours), theirs: placements(y, theirs) }))
  const loss = pairs.map(({ ours, theirs }) => ({ ours: logLosses(y, ours), theirs: logLosses(y, theirs) }))
  const over = (values: Float64Array, some: Uint32Array): Float64Array => Float64Array.from(some, (i) => values[i]!)
  const aucOf = (placement: Float64Array): number => mean(over(placement, rows[1]!))
  const aucRows = meanDifference(auc.map(({ ours, theirs }) => [theirs, ours]))
  const lossRows = meanDifference(loss.map(({ ours, theirs }) => [ours, theirs]))
  const ofRows = (values: Float64Array): number => variance(values) / values.length
  return {
    oursAuc: mean(auc.map(({ ours }) => aucOf(ours))),
    theirsAuc: mean(auc.map(({ theirs }) => aucOf(theirs))),
    oursLogLoss: mean(loss.map(({ ours }) => mean(ours))),
    theirsLogLoss: mean(loss.map(({ theirs }) => mean(theirs))),
    ...interval('aucLoss', {
      values: auc.map(({ ours, theirs }) => aucOf(theirs) - aucOf(ours)),
      rowVariance: ofRows(over(aucRows, rows[0]!)) + ofRows(over(aucRows, rows[1]!)),
    }),
    ...interval('logLossLoss', {
      values: loss.map(({ ours, theirs }) => mean(ours) - mean(theirs)),
      rowVariance: ofRows(lossRows),
    }),
  }
}

/** `values`: one difference by pair. */
function interval(
  name: string,
  { values, rowVariance }: { values: readonly number[]; rowVariance: number },
): Record<string, number> {
  const pairs = values.length
  const between = pairs === 1 ? 0 : studentBound(pairs - 1) ** 2 * (variance(values) / pairs)
  const half = Math.sqrt(1.96 ** 2 * rowVariance + between)
  return { [`${name}Low`]: mean(values) - half, [`${name}High`]: mean(values) + half }
}

/** a - b by row, averaged over the pairs. */
function meanDifference(pairs: readonly (readonly [Float64Array, Float64Array])[]): Float64Array {
  const sums = new Float64Array(pairs[0]![0].length)
  for (const [a, b] of pairs) for (let i = 0; i < sums.length; i++) sums[i]! += (a[i]! - b[i]!) / pairs.length
  return sums
}

/** By row the share of the other class that is on its right side, ties by half; the mean over either class is the AUC. */
function placements(y: Uint8Array, p: Float64Array): Float64Array {
  const order = argsort(p)
  const counts: [number, number] = [0, 0]
  for (const label of y) counts[label as 0 | 1]++
  const below: [number, number] = [0, 0]
  const result = new Float64Array(p.length)
  for (let begin = 0, end = 0; begin < order.length; begin = end) {
    const tied: [number, number] = [0, 0]
    for (; end < order.length && p[order[end]!] === p[order[begin]!]; end++) tied[y[order[end]!] as 0 | 1]++
    for (const i of order.subarray(begin, end)) {
      const other = y[i] === 1 ? 0 : 1
      const share = (below[other] + tied[other] / 2) / counts[other]
      result[i] = other === 0 ? share : 1 - share
    }
    below[0] += tied[0]
    below[1] += tied[1]
  }
  return result
}

function logLosses(y: Uint8Array, p: Float64Array): Float64Array {
  return p.map((value, i) => -Math.log(Math.max(y[i] === 1 ? value : 1 - value, 1e-15)))
}
