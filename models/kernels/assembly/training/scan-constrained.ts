import { numberAt } from '../shared/arguments'
import { gOf, hOf, missingLeft, valueWithin, worthOf, writeRecord } from './split-record'

/**
 * `scanNumbers` where leaf values have limits: each side is worth what its value within the limits is worth, and a cut
 * whose values go against `direction` (1: never falling, -1: never rising, 0: free) is no cut.
 */
export function scanConstrained(
  histogram: usize,
  feature: i32,
  bins: i32,
  direction: i32,
  rule: usize,
  node: usize,
  record: usize,
): void {
  const l2 = numberAt(rule, 1)
  const minH = numberAt(rule, 2)
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
    if (nodeH - h < minH) break
    if (h >= minH) {
      const both = worthOfBoth(gOf(pair), h, direction, rule, node)
      if (both > most) {
        most = both
        bestCut = cut
        best = pair
        isMissingLeft = false
      }
    }
    if (hasMissing && h + missingH >= minH && nodeH - h - missingH >= minH) {
      const both = worthOfBoth(gOf(pair + missing), h + missingH, direction, rule, node)
      if (both > most) {
        most = both
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

/** What both sides are worth within the limits; below everything where they go against the direction. */
function worthOfBoth(g: f64, h: f64, direction: i32, rule: usize, node: usize): f64 {
  const l1 = numberAt(rule, 0)
  const l2 = numberAt(rule, 1)
  const low = numberAt(node, 4)
  const high = numberAt(node, 5)
  const restG = numberAt(node, 1) - g
  const restH = numberAt(node, 2) - h
  const left = valueWithin(g, h, l1, l2, low, high)
  const right = valueWithin(restG, restH, l1, l2, low, high)
  if (direction > 0 ? left > right : direction < 0 && left < right) return -Infinity
  return worthOf(left, g, h, l1, l2) + worthOf(right, restG, restH, l1, l2)
}
