import { numberAt } from '../shared/arguments'
import { gOf, hOf, missingLeft, pullOf, writeRecord } from './split-record'

/** Candidates this close below the best are divided out; all others are seen to be worse without a division. */
const nearly: f64 = 1 - 1e-12

/**
 * The best cut between two bins, found in one pass with missing values tried on both sides. A cut after the last bin
 * parts the present from the missing. Where a node has no missing values, those to come go with the heavier child.
 */
export function scanNumbers(histogram: usize, feature: i32, bins: i32, rule: usize, node: usize, record: usize): void {
  const l1 = numberAt(rule, 0)
  const l2 = numberAt(rule, 1)
  const minH = numberAt(rule, 2)
  const nodeG = numberAt(node, 1)
  const nodeH = numberAt(node, 2)
  const missing = load<i64>(histogram, 2040)
  const missingH = hOf(missing)
  const hasMissing = missingH > 0
  const cuts = hasMissing ? bins : bins - 1
  let most = load<f64>(record)
  let bestCut = -1
  let best: i64 = 0
  let isMissingLeft = false
  let pair: i64 = 0
  for (let cut = 0; cut < cuts; cut++) {
    const bin = load<i64>(histogram + ((<usize>cut) << 3))
    if (bin == 0) continue
    pair += bin
    const h = hOf(pair)
    const restH = nodeH - h
    if (restH < minH) break
    if (h >= minH) {
      const g = gOf(pair)
      const left = pullOf(g, l1)
      const right = pullOf(nodeG - g, l1)
      const a = h + l2
      const b = restH + l2
      const numerator = left * left * b + right * right * a
      if (numerator > most * nearly * (a * b) && numerator / (a * b) > most) {
        most = numerator / (a * b)
        bestCut = cut
        best = pair
        isMissingLeft = false
      }
    }
    if (hasMissing && h + missingH >= minH && restH - missingH >= minH) {
      const g = gOf(pair + missing)
      const left = pullOf(g, l1)
      const right = pullOf(nodeG - g, l1)
      const a = h + missingH + l2
      const b = restH - missingH + l2
      const numerator = left * left * b + right * right * a
      if (numerator > most * nearly * (a * b) && numerator / (a * b) > most) {
        most = numerator / (a * b)
        bestCut = cut
        best = pair + missing
        isMissingLeft = true
      }
    }
  }
  if (bestCut < 0) return
  if (!hasMissing) isMissingLeft = 2 * hOf(best) >= nodeH
  writeRecord(record, most, feature, bestCut, isMissingLeft ? missingLeft : 0, gOf(best), hOf(best), l2)
}
