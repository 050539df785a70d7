import { numberAt } from '../shared/arguments'
import { gOf, hOf, missingLeft, pullOf, writeRecord } from './split-record'

/** Candidates this close below the best are divided out; all others are seen to be worse without a division. */
const nearly: f64 = 1 - 1e-12

/**
 * The best cut between two bins, found in one pass with missing values tried on both sides. A cut after the last bin
 * parts the present from the missing. Where a node has no missing values, those to come go with the heavier child.
 * `room`: 4,096 bytes.
 */
export function scanNumbers(
  histogram: usize,
  feature: i32,
  bins: i32,
  rule: usize,
  node: usize,
  record: usize,
  room: usize,
): void {
  const missing = load<i64>(histogram, 2040)
  const filled = sumUp(histogram, missing == 0 ? bins - 1 : bins, room)
  const best =
    numberAt(rule, 0) == 0
      ? scanPairs(filled, missing, rule, node, record, room)
      : scanRange(0, filled, missing, rule, node, record, room)
  if (!best) return
  const bin = <i32>load<u8>(room + 2048 + <usize>load<f64>(record, 16))
  store<f64>(record, <f64>feature, 8)
  store<f64>(record, <f64>bin, 16)
  if (missing == 0 && 2 * load<f64>(record, 40) >= numberAt(node, 2)) store<f64>(record, missingLeft, 24)
}

/** Running sums of the bins that are not empty at `room`, their numbers as bytes at `room` + 2,048; returns how many. */
function sumUp(histogram: usize, bins: i32, room: usize): i32 {
  let filled: usize = 0
  let pair: i64 = 0
  for (let bin = 0; bin < bins; bin++) {
    const here = load<i64>(histogram + ((<usize>bin) << 3))
    pair += here
    store<i64>(room + (filled << 3), pair)
    store<u8>(room + 2048 + filled, <u8>bin)
    filled += <usize>(here != 0)
  }
  store<i64>(room + (filled << 3), 0)
  return <i32>filled
}

/** Two cuts at a time are shown to be no better than the best; only where one may be, they are looked at one by one. */
function scanPairs(filled: i32, missing: i64, rule: usize, node: usize, record: usize, room: usize): bool {
  const l2 = v128.load_splat<f64>(rule + 8)
  const minH = v128.load_splat<f64>(rule + 16)
  const nodeG = v128.load_splat<f64>(node + 8)
  const nodeH = v128.load_splat<f64>(node + 16)
  store<f64>(room, hOf(missing), 4080)
  store<f64>(room, gOf(missing), 4088)
  const missingH = v128.load_splat<f64>(room + 4080)
  const missingG = v128.load_splat<f64>(room + 4088)
  let most = f64x2.splat(load<f64>(record) * nearly)
  let isFound = false
  for (let k = 0; k < filled; k += 2) {
    const pairs = v128.load(room + ((<usize>k) << 3))
    let h = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(pairs, pairs, 0, 2, 0, 2))
    let g = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(pairs, pairs, 1, 3, 1, 3))
    let rest = f64x2.sub(nodeH, h)
    let other = f64x2.sub(nodeG, g)
    let a = f64x2.add(h, l2)
    let b = f64x2.add(rest, l2)
    let both = f64x2.add(f64x2.mul(f64x2.mul(g, g), b), f64x2.mul(f64x2.mul(other, other), a))
    let better = f64x2.gt(both, f64x2.mul(most, f64x2.mul(a, b)))
    better = v128.and(better, v128.and(f64x2.ge(h, minH), f64x2.ge(rest, minH)))
    if (missing != 0) {
      h = f64x2.add(h, missingH)
      g = f64x2.add(g, missingG)
      rest = f64x2.sub(nodeH, h)
      other = f64x2.sub(nodeG, g)
      a = f64x2.add(h, l2)
      b = f64x2.add(rest, l2)
      both = f64x2.add(f64x2.mul(f64x2.mul(g, g), b), f64x2.mul(f64x2.mul(other, other), a))
      const alsoBetter = f64x2.gt(both, f64x2.mul(most, f64x2.mul(a, b)))
      better = v128.or(better, v128.and(alsoBetter, v128.and(f64x2.ge(h, minH), f64x2.ge(rest, minH))))
    }
    if (!v128.any_true(better)) continue
    if (!scanRange(k, min(filled, k + 2), missing, rule, node, record, room)) continue
    isFound = true
    most = f64x2.splat(load<f64>(record) * nearly)
  }
  return isFound
}

/** Looks at the cuts from `begin` to `end` one by one; in the record a cut is the number of its running sum. */
function scanRange(begin: i32, end: i32, missing: i64, rule: usize, node: usize, record: usize, room: usize): bool {
  let isFound = false
  for (let k = begin; k < end; k++) {
    const pair = load<i64>(room + ((<usize>k) << 3))
    if (isBetter(pair, k, 0, rule, node, record)) isFound = true
    if (missing != 0 && isBetter(pair + missing, k, missingLeft, rule, node, record)) isFound = true
  }
  return isFound
}

/** Is this left side better than the best? Then it is the best. */
function isBetter(pair: i64, cut: i32, flags: f64, rule: usize, node: usize, record: usize): bool {
  const l1 = numberAt(rule, 0)
  const l2 = numberAt(rule, 1)
  const minH = numberAt(rule, 2)
  const g = gOf(pair)
  const h = hOf(pair)
  const restH = numberAt(node, 2) - h
  if (h < minH || restH < minH) return false
  const left = pullOf(g, l1)
  const right = pullOf(numberAt(node, 1) - g, l1)
  const a = h + l2
  const b = restH + l2
  const both = (left * left * b + right * right * a) / (a * b)
  if (both <= load<f64>(record)) return false
  writeRecord(record, both, 0, cut, flags, g, h, l2)
  return true
}
