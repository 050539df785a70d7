import { addressAt, countAt, numberAt } from '../shared/arguments'

/*
 * What `growTree` is asked for: its arguments, copied, as their place is needed for the calls that it makes. Numbers of the
 * arguments as trees/grow-by-kernel.ts lists them.
 */
export const isPlain: i32 = 0
export const rootCount: i32 = 1
export const rootG: i32 = 2
export const rootH: i32 = 3
export const maxLeaves: i32 = 4
export const maxDepth: i32 = 5
export const isConstrained: i32 = 6
/** l1, l2, minH, minCategoryH, categorySmoothing, categoryL2, minGain. */
export const rule: i32 = 7
export const slots: i32 = 14
export const threads: i32 = 15
export const pairs: i32 = 16
export const matrix: i32 = 17
export const rows: i32 = 18
export const blocks: i32 = 19
export const blocksPerGroup: i32 = 20
export const groups: i32 = 21
export const tiles: i32 = 22
export const histograms: i32 = 23
export const slotBytes: i32 = 24
export const threadHistograms: i32 = 25
export const marks: i32 = 26
export const order: i32 = 27
/** Flags of blocks that have lists of rare rows, 0 = none has; numbers of these blocks, how many first. */
export const rareFlags: i32 = 28
export const rareBlocks: i32 = 29
export const rareFacts: i32 = 30
export const rooms: i32 = 31
export const features: i32 = 32
export const facts: i32 = 33
export const featuresPerSearch: i32 = 34
export const searchChunks: i32 = 35
export const records: i32 = 36
export const columns: i32 = 37
export const columnBytes: i32 = 38
export const table: i32 = 39
export const spare: i32 = 40
export const pieceCounts: i32 = 41
export const pieceLefts: i32 = 42
export const pieceRights: i32 = 43
export const mostPieces: i32 = 44
/** Numbers of the kernels: addRows, addRare, searchSplits, splitRows, placeRows. */
export const addRowsKernel: i32 = 45
export const addRareKernel: i32 = 46
export const searchSplitsKernel: i32 = 47
export const splitRowsKernel: i32 = 48
export const placeRowsKernel: i32 = 49
/** Room: a copy of the arguments, 64 bytes with the number of leaves, leaves, splits, slots that are free. */
export const room: i32 = 50

/**
 * How many rows a piece of `count` rows has: all below twice `least`, else about sixteen pieces by thread, so that nobody
 * waits long for the last.
 */
export function pieceRowsOf(task: usize, count: i32, least: i32, step: i32): i32 {
  if (countAt(task, threads) == 1 || count < 2 * least) return max(count, 1)
  const most = min(16 * countAt(task, threads), countAt(task, mostPieces))
  const wanted = max(least, (count + most - 1) / most)
  return ((wanted + step - 1) / step) * step
}

/*
 * A leaf, 256 bytes: 0 begin, 4 end, 8 depth, 12 slot of its histogram (-1 = none), int32; 16 g, 24 h, 32 l2 in steps, 40
 * lowest, 48 highest value, 56 gain of its split, doubles; 64 (of a split that was made) number of the leaf; 128 its split
 * as in split-record.ts, feature -1 = none.
 */
export const leafBytes: usize = 256
export const leafSplit: usize = 128

export function leavesOf(task: usize): usize {
  return addressAt(task, room) + 1088
}

/** Splits in the order in which they were made: the leaf as it was. */
export function splitsOf(task: usize): usize {
  return leavesOf(task) + <usize>countAt(task, maxLeaves) * leafBytes
}

/** A stack of slots: how many, then their numbers. */
export function freeSlotsOf(task: usize): usize {
  return splitsOf(task) + <usize>countAt(task, maxLeaves) * leafBytes
}

/** The best value of a leaf: -sign(g) max(|g| - l1, 0) / (h + l2); `leafValue` of trees/split.ts. */
export function leafValue(g: f64, h: f64, l1: f64, l2: f64): f64 {
  const pull = max(abs(g) - l1, 0)
  if (pull == 0) return 0
  return g > 0 ? -pull / (h + l2) : pull / (h + l2)
}

export function within(value: f64, low: f64, high: f64): f64 {
  return min(max(value, low), high)
}

/** What a leaf is worth unsplit: twice the fall of the objective by its best value within its limits. */
export function worthUnsplit(task: usize, leaf: usize): f64 {
  const l1 = numberAt(task, rule)
  const l2 = numberAt(task, rule + 1)
  const g = load<f64>(leaf, 16)
  const h = load<f64>(leaf, 24)
  if (countAt(task, isConstrained) == 0) {
    const pull = l1 == 0 ? g : max(abs(g) - l1, 0)
    return (pull * pull) / (h + l2)
  }
  const value = within(leafValue(g, h, l1, l2), load<f64>(leaf, 40), load<f64>(leaf, 48))
  return -(2 * (g * value + l1 * abs(value)) + (h + l2) * value * value)
}
