import { addressAt, argumentBytes, countAt, numberAt } from '../shared/arguments'
import { isStopped } from '../shared/is-stopped'
import { partLeaf } from './part-leaf'
import { searchLeaves } from './search-leaves'
import { sumLeaf } from './sum-leaf'
import * as Task from './tree-task'

/**
 * Grows one tree, leaf by leaf; one chunk, run by the caller, which has the other threads help with rows and features.
 * What trees/grow-in-space.ts does call by call, which is its twin; arguments as tree-task.ts numbers them. In the room:
 * at 1,024 the number of leaves, then the leaves, then the splits in the order in which they were made.
 */
export function growTree(args: usize, chunk: i32, thread: i32): void {
  const task = addressAt(args, Task.room)
  memory.copy(task, args, argumentBytes)
  freeAll(task)
  const leaves = Task.leavesOf(task)
  placeRoot(task, leaves)
  let count = 1
  if (countAt(task, Task.maxLeaves) > 1 && mayBeSplit(task, leaves)) search(task, leaves, 0, true)
  while (count < countAt(task, Task.maxLeaves)) {
    const next = bestLeaf(leaves, count)
    if (next < 0 || isStopped()) break
    const left = leaves + <usize>next * Task.leafBytes
    const right = leaves + <usize>count * Task.leafBytes
    const parent = Task.splitsOf(task) + <usize>(count - 1) * Task.leafBytes
    memory.copy(parent, left, Task.leafBytes)
    store<i32>(parent, next, 64)
    divide(task, parent, left, right, count == 1 && countAt(task, Task.isPlain) != 0)
    count++
    if (count < countAt(task, Task.maxLeaves)) searchChildren(task, load<i32>(parent, 12), left, right)
  }
  store<i32>(task, count, 1024)
}

function placeRoot(task: usize, root: usize): void {
  placeLeaf(root, 0, countAt(task, Task.rootCount), 0)
  store<f64>(root, numberAt(task, Task.rootG), 16)
  store<f64>(root, numberAt(task, Task.rootH), 24)
  store<f64>(root, numberAt(task, Task.rule + 1), 32)
  store<f64>(root, -Infinity, 40)
  store<f64>(root, Infinity, 48)
}

/** A leaf without histogram or split. */
function placeLeaf(leaf: usize, begin: i32, end: i32, depth: i32): void {
  store<i32>(leaf, begin)
  store<i32>(leaf, end, 4)
  store<i32>(leaf, depth, 8)
  store<i32>(leaf, -1, 12)
  store<f64>(leaf, 0, 56)
  store<f64>(leaf, -1, 136)
}

/** The leaf with the highest gain, the first of equals; -1 when none can be split. */
function bestLeaf(leaves: usize, count: i32): i32 {
  let best = -1
  let most: f64 = 0
  for (let k = 0; k < count; k++, leaves += Task.leafBytes) {
    const gain = load<f64>(leaves, 56)
    if (gain <= most) continue
    best = k
    most = gain
  }
  return best
}

function mayBeSplit(task: usize, leaf: usize): bool {
  return load<i32>(leaf, 8) < countAt(task, Task.maxDepth) && load<f64>(leaf, 24) >= 2 * numberAt(task, Task.rule + 2)
}

/** `parent` as it was; `left` and `right` become its children. */
function divide(task: usize, parent: usize, left: usize, right: usize, isPlain: bool): void {
  const middle = load<i32>(parent) + partLeaf(task, parent, isPlain)
  const depth = load<i32>(parent, 8) + 1
  placeLeaf(left, load<i32>(parent), middle, depth)
  placeLeaf(right, middle, load<i32>(parent, 4), depth)
  const g = load<f64>(parent, 160)
  const h = load<f64>(parent, 168)
  const l2 = load<f64>(parent, 176)
  store<f64>(left, g, 16)
  store<f64>(left, h, 24)
  store<f64>(left, l2, 32)
  store<f64>(right, load<f64>(parent, 16) - g, 16)
  store<f64>(right, load<f64>(parent, 24) - h, 24)
  store<f64>(right, l2, 32)
  limitChildren(task, parent, left, right)
}

/** On a feature with a direction the middle of both values parts what lies below from what lies above, for good. */
function limitChildren(task: usize, parent: usize, left: usize, right: usize): void {
  const low = load<f64>(parent, 40)
  const high = load<f64>(parent, 48)
  store<f64>(left, low, 40)
  store<f64>(left, high, 48)
  store<f64>(right, low, 40)
  store<f64>(right, high, 48)
  if (countAt(task, Task.isConstrained) == 0) return
  const direction = load<i8>(addressAt(task, Task.facts) + ((<usize>load<f64>(parent, 136)) << 3), 4)
  if (direction == 0) return
  const l1 = numberAt(task, Task.rule)
  const l2 = load<f64>(left, 32)
  const one = Task.within(Task.leafValue(load<f64>(left, 16), load<f64>(left, 24), l1, l2), low, high)
  const other = Task.within(Task.leafValue(load<f64>(right, 16), load<f64>(right, 24), l1, l2), low, high)
  const middle = (one + other) / 2
  store<f64>(direction > 0 ? left : right, middle, 48)
  store<f64>(direction > 0 ? right : left, middle, 40)
}

/** The larger child's histogram is the parent's less the smaller one's, where the parent's was kept. */
function searchChildren(task: usize, parentSlot: i32, left: usize, right: usize): void {
  const isLeftSmaller = load<i32>(left, 4) - load<i32>(left) <= load<i32>(right, 4) - load<i32>(right)
  const smaller = isLeftSmaller ? left : right
  const larger = isLeftSmaller ? right : left
  const wantsSmaller = mayBeSplit(task, smaller)
  const wantsLarger = mayBeSplit(task, larger)
  if (wantsLarger && parentSlot >= 0) {
    store<i32>(larger, parentSlot, 12)
    search(task, smaller, larger, wantsSmaller)
    return
  }
  if (parentSlot >= 0) giveSlot(task, parentSlot)
  if (wantsSmaller) search(task, smaller, 0, true)
  if (wantsLarger) search(task, larger, 0, true)
}

/** Sums the smaller leaf's histogram and finds the splits; keeps histograms of leaves that can be split, memory allowing. */
function search(task: usize, smaller: usize, larger: usize, wantsSmaller: bool): void {
  store<i32>(smaller, takeSlot(task), 12)
  sumLeaf(task, smaller, countAt(task, Task.isPlain) != 0 && load<i32>(smaller, 8) == 0)
  searchLeaves(task, smaller, larger, wantsSmaller)
  keepIfSplit(task, smaller)
  if (larger != 0) keepIfSplit(task, larger)
}

function keepIfSplit(task: usize, leaf: usize): void {
  if (load<f64>(leaf, 136) >= 0 && load<i32>(Task.freeSlotsOf(task)) > 0) return
  giveSlot(task, load<i32>(leaf, 12))
  store<i32>(leaf, -1, 12)
}

function freeAll(task: usize): void {
  store<i32>(Task.freeSlotsOf(task), 0)
  for (let slot = countAt(task, Task.slots) - 1; slot >= 0; slot--) giveSlot(task, slot)
}

function giveSlot(task: usize, slot: i32): void {
  const free = Task.freeSlotsOf(task)
  const count = load<i32>(free) + 1
  store<i32>(free, count)
  store<i32>(free + ((<usize>count) << 2), slot)
}

function takeSlot(task: usize): i32 {
  const free = Task.freeSlotsOf(task)
  const count = load<i32>(free)
  store<i32>(free, count - 1)
  return load<i32>(free + ((<usize>count) << 2))
}
