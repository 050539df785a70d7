import { numberAt } from '../shared/arguments'
import { bySet, gOf, hOf, pullOf, valueWithin, worthOf, writeRecord } from './split-record'

/** Up to so many categories are sorted as they are: neither smoothing nor the extra penalty. */
const fewCategories: i32 = 4
/** Most categories on the smaller side of a sorted split. */
const mostCategories: i32 = 32
const missingBin: i32 = 255

/**
 * Divides categories into two sets: sorted by g / (h + smoothing), the best cut of that order is the best of all
 * divisions, up to smoothing and penalties (Fisher 1958; Ke et al. 2017). Missing values are a category of their own.
 * Categories too rare here to be sorted stay on the right; those absent here go with the heavier child. `room` is for
 * 256 ratios (doubles) and 256 bins (int32).
 */
export function scanCategories(
  histogram: usize,
  feature: i32,
  bins: i32,
  rule: usize,
  node: usize,
  isConstrained: bool,
  record: usize,
  room: usize,
): void {
  const areFew = bins <= fewCategories
  const l2 = areFew ? numberAt(rule, 1) : numberAt(rule, 1) + numberAt(rule, 5)
  const order = room + 2048
  const count = sortBins(histogram, bins, areFew ? 1 : numberAt(rule, 3), areFew ? 0 : numberAt(rule, 4), room, order)
  const longest = min(mostCategories, (count + 1) >> 1)
  let most = load<f64>(record)
  let bestLength = 0
  let isFromTop = false
  let bestG: f64 = 0
  let bestH: f64 = 0
  for (let pass = 0; pass < 2; pass++) {
    let g: f64 = 0
    let h: f64 = 0
    for (let k = 0; k < longest; k++) {
      const at = pass == 0 ? k : count - 1 - k
      const pair = load<i64>(histogram + ((<usize>load<i32>(order + ((<usize>at) << 2))) << 3))
      g += gOf(pair)
      h += hOf(pair)
      const restH = numberAt(node, 2) - h
      if (h < numberAt(rule, 2) || restH < numberAt(rule, 2)) continue
      const both = worthOfBoth(g, h, l2, rule, node, isConstrained)
      if (both <= most) continue
      most = both
      bestLength = k + 1
      isFromTop = pass == 1
      bestG = g
      bestH = h
    }
  }
  if (bestLength == 0) return
  writeRecord(record, most, feature, 0, bySet, bestG, bestH, l2)
  v128.store(record, i64x2.splat(0), 64)
  v128.store(record, i64x2.splat(0), 80)
  for (let k = 0; k < bestLength; k++)
    addToSet(record, load<i32>(order + ((<usize>(isFromTop ? count - 1 - k : k)) << 2)))
  if (2 * bestH < numberAt(node, 2)) return
  for (let bin = 0; bin < bins; bin++) if (load<i64>(histogram + ((<usize>bin) << 3)) == 0) addToSet(record, bin)
  if (load<i64>(histogram, 2040) == 0) addToSet(record, missingBin)
}

function worthOfBoth(g: f64, h: f64, l2: f64, rule: usize, node: usize, isConstrained: bool): f64 {
  const l1 = numberAt(rule, 0)
  const restG = numberAt(node, 1) - g
  const restH = numberAt(node, 2) - h
  if (isConstrained) {
    const low = numberAt(node, 4)
    const high = numberAt(node, 5)
    const left = valueWithin(g, h, l1, l2, low, high)
    const right = valueWithin(restG, restH, l1, l2, low, high)
    return worthOf(left, g, h, l1, l2) + worthOf(right, restG, restH, l1, l2)
  }
  const left = pullOf(g, l1)
  const right = pullOf(restG, l1)
  return (left * left) / (h + l2) + (right * right) / (restH + l2)
}

/** Bins with h of at least `least`, from the lowest ratio to the highest, ties by bin (Shell sort). Returns how many. */
function sortBins(histogram: usize, bins: i32, least: f64, smoothing: f64, ratios: usize, order: usize): i32 {
  let count = 0
  for (let k = 0; k <= bins; k++) {
    const bin = k == bins ? missingBin : k
    const pair = load<i64>(histogram + ((<usize>bin) << 3))
    if (pair == 0 || hOf(pair) < least) continue
    store<f64>(ratios + ((<usize>bin) << 3), gOf(pair) / (hOf(pair) + smoothing))
    store<i32>(order + ((<usize>count) << 2), bin)
    count++
  }
  for (let gap = count > 40 ? 40 : 13; gap > 0; gap = gap == 1 ? 0 : gap / 3) {
    for (let i = gap; i < count; i++) {
      const bin = load<i32>(order + ((<usize>i) << 2))
      let at = i
      for (; at >= gap; at -= gap) {
        const before = load<i32>(order + ((<usize>(at - gap)) << 2))
        if (isBefore(before, bin, ratios)) break
        store<i32>(order + ((<usize>at) << 2), before)
      }
      store<i32>(order + ((<usize>at) << 2), bin)
    }
  }
  return count
}

function isBefore(a: i32, b: i32, ratios: usize): bool {
  const first = load<f64>(ratios + ((<usize>a) << 3))
  const second = load<f64>(ratios + ((<usize>b) << 3))
  return first < second || (first == second && a < b)
}

function addToSet(record: usize, bin: i32): void {
  const word = record + 64 + ((<usize>(bin >> 5)) << 2)
  store<u32>(word, load<u32>(word) | ((<u32>1) << (bin & 31)))
}
