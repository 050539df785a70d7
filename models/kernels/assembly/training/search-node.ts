import { addressAt, countAt } from '../shared/arguments'
import { isStopped } from '../shared/is-stopped'
import { beginRecord } from './split-record'
import { scanCategories } from './scan-categories'
import { scanNumbers } from './scan-numbers'
import { cutAtRandom, partAtRandom } from './scan-randomly'
import { nextBelow } from './xoshiro'

/** Gains below this share of the node's own objective are rounding errors of doubles. */
const roundingShare: f64 = 1e-11
/** Rows of a node from which on every two features take milliseconds. */
const largeNode: i32 = 262144

/**
 * The best split of a node over features drawn for it, into `record`; true when there is one. More features than asked for
 * are drawn only while none of them differs among the node's rows. `deck` keeps the features in the order of the last draws.
 * `node` holds g and h at 8 and 16, `rule` as `scanNumbers` wants it; other arguments as `growForestTree`.
 */
export function searchNode(
  args: usize,
  rows: usize,
  count: i32,
  pairs: usize,
  node: usize,
  rule: usize,
  deck: usize,
  histograms: usize,
  record: usize,
  room: usize,
  state: usize,
): bool {
  const features = countAt(args, 1)
  const facts = addressAt(args, 12)
  const isRandom = countAt(args, 17) != 0
  const minH = load<f64>(rule, 16)
  const g = load<f64>(node, 8)
  const h = load<f64>(node, 16)
  const floor = ((g * g) / h) * (1 + roundingShare)
  beginRecord(record, floor)
  let isVaried = false
  for (let drawn = 0; drawn < features && !isVaried;) {
    const here = min(drawn == 0 ? countAt(args, 14) : 1, features - drawn)
    for (let k = 0; k < here; k++) draw(deck, drawn + k, features, state)
    const mine = deck + ((<usize>drawn) << 1)
    drawn += here
    for (let k = 0; k < here; k++) clear(histograms + ((<usize>k) << 11), binsOf(facts, mine, k))
    addSelected(args, rows, count, pairs, mine, here, histograms)
    for (let k = 0; k < here; k++) {
      const feature = <i32>load<u16>(mine + ((<usize>k) << 1))
      const histogram = histograms + ((<usize>k) << 11)
      const bins = binsOf(facts, mine, k)
      if (isConstant(histogram, bins)) continue
      isVaried = true
      const isCategory = load<u8>(facts + ((<usize>feature) << 3), 2) != 0
      if (isRandom) {
        if (isCategory) partAtRandom(histogram, feature, bins, node, record, minH, state)
        else cutAtRandom(histogram, feature, bins, node, record, minH, state)
      } else if (isCategory) scanCategories(histogram, feature, bins, rule, node, false, record, room)
      else scanNumbers(histogram, feature, bins, rule, node, record, room)
    }
  }
  return load<f64>(record, 8) >= 0
}

/** One step of a shuffle: puts one of the features at or after `at` at `at`. */
function draw(deck: usize, at: i32, features: i32, state: usize): void {
  const to = deck + ((<usize>at) << 1)
  const from = deck + ((<usize>(at + <i32>nextBelow(state, features - at))) << 1)
  const drawn = load<u16>(from)
  store<u16>(from, load<u16>(to))
  store<u16>(to, drawn)
}

function binsOf(facts: usize, deck: usize, k: i32): i32 {
  return <i32>load<u16>(facts + ((<usize>load<u16>(deck + ((<usize>k) << 1))) << 3))
}

function clear(histogram: usize, bins: i32): void {
  memory.fill(histogram, 0, (<usize>bins) << 3)
  store<i64>(histogram, 0, 2040)
}

function isConstant(histogram: usize, bins: i32): bool {
  let occupied = load<i64>(histogram, 2040) != 0 ? 1 : 0
  for (let bin = 0; bin < bins && occupied < 2; bin++) if (load<i64>(histogram + ((<usize>bin) << 3)) != 0) occupied++
  return occupied < 2
}

/** Adds the pairs of rows to the histograms of the drawn features, two features at a time. */
function addSelected(
  args: usize,
  rows: usize,
  count: i32,
  pairs: usize,
  deck: usize,
  drawn: i32,
  histograms: usize,
): void {
  const end = rows + ((<usize>count) << 2)
  const isLarge = count > largeNode
  let k = 0
  for (; k + 2 <= drawn; k += 2) {
    const first = <i32>load<u16>(deck + ((<usize>k) << 1))
    const second = <i32>load<u16>(deck + ((<usize>k) << 1), 2)
    const firstAt = cellsOf(args, first)
    const secondAt = cellsOf(args, second)
    const firstStep = stepOf(args, first)
    const secondStep = stepOf(args, second)
    const histogram = histograms + ((<usize>k) << 11)
    if (isLarge && isStopped()) return
    for (let at = rows; at < end; at += 4) {
      const row = <usize>load<u32>(at)
      const pair = load<i64>(pairs + (row << 3))
      const a = histogram + ((<usize>load<u8>(firstAt + row * firstStep)) << 3)
      store<i64>(a, load<i64>(a) + pair)
      const b = histogram + ((<usize>load<u8>(secondAt + row * secondStep)) << 3)
      store<i64>(b, load<i64>(b, 2048) + pair, 2048)
    }
  }
  if (k == drawn) return
  const last = <i32>load<u16>(deck + ((<usize>k) << 1))
  const cells = cellsOf(args, last)
  const step = stepOf(args, last)
  const histogram = histograms + ((<usize>k) << 11)
  for (let at = rows; at < end; at += 4) {
    const row = <usize>load<u32>(at)
    const a = histogram + ((<usize>load<u8>(cells + row * step)) << 3)
    store<i64>(a, load<i64>(a) + load<i64>(pairs + (row << 3)))
  }
}

/** Where the matrix keeps a feature: its cell in row 0, and bytes from row to row. Groups of blocks lie one after the other. */
function cellsOf(args: usize, feature: i32): usize {
  const groupFeatures = countAt(args, 9) << 3
  const group = feature / groupFeatures
  return (
    addressAt(args, 8) + <usize>(group * groupFeatures) * addressAt(args, 0) + <usize>(feature - group * groupFeatures)
  )
}

function stepOf(args: usize, feature: i32): usize {
  const perGroup = countAt(args, 9)
  const blocks = (countAt(args, 1) + 7) >> 3
  return <usize>(min(perGroup, blocks - (feature / (perGroup << 3)) * perGroup) << 3)
}
