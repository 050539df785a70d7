import { numberAt } from '../shared/arguments'
import { bySet, gOf, hOf, missingLeft, writeRecord } from './split-record'
import { nextBelow, nextWord } from './xoshiro'

const missingBin: i32 = 255

/**
 * One cut at random between the lowest and the highest bin that the node's rows have (Geurts, Ernst and Wehenkel 2006,
 * in bins), missing values on the better side; written to `record` where it beats what is there. Arguments as `scanNumbers`.
 */
export function cutAtRandom(
  histogram: usize,
  feature: i32,
  bins: i32,
  node: usize,
  record: usize,
  minH: f64,
  state: usize,
): void {
  let first = 0
  while (first < bins && load<i64>(histogram + ((<usize>first) << 3)) == 0) first++
  let last = bins - 1
  while (last > first && load<i64>(histogram + ((<usize>last) << 3)) == 0) last--
  if (first >= bins) return
  const cut = last > first ? first + <i32>nextBelow(state, last - first) : bins - 1
  let left: i64 = 0
  for (let bin = first; bin <= min(cut, last); bin++) left += load<i64>(histogram + ((<usize>bin) << 3))
  const missing = load<i64>(histogram, 2040)
  tryHalf(left, feature, cut, hOf(missing) > 0 ? 0 : heavier(left, node), node, record, minH)
  if (hOf(missing) > 0 && last > first) tryHalf(left + missing, feature, cut, missingLeft, node, record, minH)
}

/** Without missing values, those to come go with the heavier child. */
function heavier(left: i64, node: usize): f64 {
  return 2 * hOf(left) >= numberAt(node, 2) ? missingLeft : 0
}

function tryHalf(left: i64, feature: i32, cut: i32, flags: f64, node: usize, record: usize, minH: f64): void {
  const both = worth(left, node, minH)
  if (both > load<f64>(record)) writeRecord(record, both, feature, cut, flags, gOf(left), hOf(left), 0)
}

/** Sum of both children's objectives; -1 where one of them is too small. */
function worth(left: i64, node: usize, minH: f64): f64 {
  const g = gOf(left)
  const h = hOf(left)
  const restG = numberAt(node, 1) - g
  const restH = numberAt(node, 2) - h
  return h < minH || restH < minH ? -1 : (g * g) / h + (restG * restG) / restH
}

/**
 * Each category of the node goes to a side at random, missing values like the others; not all to one side. Categories that
 * the node does not have go with the heavier child.
 */
export function partAtRandom(
  histogram: usize,
  feature: i32,
  bins: i32,
  node: usize,
  record: usize,
  minH: f64,
  state: usize,
): void {
  const room = record + 96
  v128.store(room, i64x2.splat(0))
  v128.store(room, i64x2.splat(0), 16)
  let left: i64 = 0
  let count = 0
  let leftCount = 0
  let last = -1
  for (let k = 0; k <= bins; k++) {
    const bin = k == bins ? missingBin : k
    const pair = load<i64>(histogram + ((<usize>bin) << 3))
    if (pair == 0) continue
    const isLeft = nextWord(state) >>> 31 != 0 || count == 0
    count++
    last = bin
    if (!isLeft) continue
    leftCount++
    left += pair
    flip(room, bin)
  }
  if (count < 2) return
  if (leftCount == count) {
    left -= load<i64>(histogram + ((<usize>last) << 3))
    flip(room, last)
  }
  const both = worth(left, node, minH)
  if (both <= load<f64>(record)) return
  writeRecord(record, both, feature, 0, bySet, gOf(left), hOf(left), 0)
  v128.store(record, v128.load(room), 64)
  v128.store(record, v128.load(room, 16), 80)
  if (2 * hOf(left) < numberAt(node, 2)) return
  for (let bin = 0; bin < bins; bin++) if (load<i64>(histogram + ((<usize>bin) << 3)) == 0) flip(record + 64, bin)
  if (load<i64>(histogram, 2040) == 0) flip(record + 64, missingBin)
}

function flip(set: usize, bin: i32): void {
  const word = set + ((<usize>(bin >> 5)) << 2)
  store<u32>(word, load<u32>(word) ^ ((<u32>1) << (bin & 31)))
}
