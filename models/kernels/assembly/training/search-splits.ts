import { addressAt, countAt, numberAt } from '../shared/arguments'
import { scanCategories } from './scan-categories'
import { scanConstrained } from './scan-constrained'
import { scanNumbers } from './scan-numbers'
import { beginRecord } from './split-record'
import { mergeThreads } from './thread-histograms'

const featureBytes: usize = 2048

/**
 * Finds the best splits of one or two nodes; chunk = features. Adds up what the threads summed for the first node,
 * subtracts it from its parent's histogram, which becomes the second node's, and looks through both.
 * 0-4 as `ownHistogram`: the first node's; 5 threads; 6 slot of the second node, 0 = none; 7 features; 8 facts, eight
 * bytes by feature: bins, kind (1 = category), used, direction; 9 features by chunk; 10 records, two by chunk; 11 room by
 * thread, 4,096 bytes; 12 the rule: l1, l2, minH, minCategoryH, categorySmoothing, categoryL2; 18 are values constrained;
 * 19 and 25 the nodes: wanted, g, h, what both children must beat, lowest and highest value.
 */
export function searchSplits(args: usize, chunk: i32, thread: i32): void {
  const perChunk = countAt(args, 9)
  const begin = chunk * perChunk
  const end = min(countAt(args, 7), begin + perChunk)
  const offset = <usize>begin * featureBytes
  const bytes = <usize>(end - begin) * featureBytes
  const slot = addressAt(args, 0)
  const other = addressAt(args, 6)
  mergeThreads(args, 0, countAt(args, 5), offset, bytes)
  if (other != 0) subtract(other + offset, slot + offset, bytes)
  const record = addressAt(args, 10) + ((<usize>chunk) << 8)
  const room = addressAt(args, 11) + ((<usize>thread) << 12)
  search(args, args + 19 * 8, begin, end, slot, record, room)
  search(args, args + 25 * 8, begin, end, other, record + 128, room)
}

function subtract(whole: usize, part: usize, bytes: usize): void {
  for (const end = whole + bytes; whole < end; whole += 16, part += 16)
    v128.store(whole, i64x2.sub(v128.load(whole), v128.load(part)))
}

function search(args: usize, node: usize, begin: i32, end: i32, slot: usize, record: usize, room: usize): void {
  beginRecord(record, numberAt(node, 3))
  if (numberAt(node, 0) == 0) return
  const rule = args + 12 * 8
  const isConstrained = countAt(args, 18) != 0
  for (let feature = begin; feature < end; feature++) {
    const facts = addressAt(args, 8) + ((<usize>feature) << 3)
    if (load<u8>(facts, 3) == 0) continue
    const bins = <i32>load<u16>(facts)
    const histogram = slot + <usize>feature * featureBytes
    if (load<u8>(facts, 2) != 0) scanCategories(histogram, feature, bins, rule, node, isConstrained, record, room)
    else if (isConstrained) scanConstrained(histogram, feature, bins, <i32>load<i8>(facts, 4), rule, node, record)
    else scanNumbers(histogram, feature, bins, rule, node, record, room)
  }
}
