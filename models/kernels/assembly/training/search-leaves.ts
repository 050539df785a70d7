import { addressAt, argumentsAddress, countAt, numberAt, setCount, setNumber } from '../shared/arguments'
import { runChunks } from '../shared/run-chunks'
import { searchSplits } from './search-splits'
import { setHistogram, slotOf } from './sum-leaf'
import * as Task from './tree-task'

/** Gains below this share of the node's own objective are rounding errors of doubles; trees/split.ts. */
const roundingShare: f64 = 1e-11

/**
 * Finds the splits of the leaf that was just summed and, by subtraction from the slot that `larger` (0 = none) has, of
 * its sibling.
 */
export function searchLeaves(task: usize, smaller: usize, larger: usize, wantsSmaller: bool): void {
  setHistogram(task, smaller, 0)
  setCount(5, countAt(task, Task.threads))
  setCount(6, larger == 0 ? 0 : <i32>slotOf(task, larger))
  setCount(7, countAt(task, Task.features))
  setCount(8, countAt(task, Task.facts))
  setCount(9, countAt(task, Task.featuresPerSearch))
  setCount(10, countAt(task, Task.records))
  setCount(11, countAt(task, Task.rooms))
  for (let k = 0; k < 6; k++) setNumber(12 + k, numberAt(task, Task.rule + k))
  setCount(18, countAt(task, Task.isConstrained))
  setNode(task, wantsSmaller ? smaller : 0, 19)
  setNode(task, larger, 25)
  const chunks = countAt(task, Task.searchChunks)
  if (chunks == 1 || countAt(task, Task.threads) == 1) {
    for (let chunk = 0; chunk < chunks; chunk++) searchSplits(argumentsAddress, chunk, 0)
  } else runChunks(countAt(task, Task.searchSplitsKernel), chunks)
  if (wantsSmaller) takeBest(task, smaller, 0)
  if (larger != 0) takeBest(task, larger, 128)
}

function setNode(task: usize, leaf: usize, k: i32): void {
  setNumber(k, leaf == 0 ? 0 : 1)
  if (leaf == 0) return
  setNumber(k + 1, load<f64>(leaf, 16))
  setNumber(k + 2, load<f64>(leaf, 24))
  setNumber(k + 3, Task.worthUnsplit(task, leaf) * (1 + roundingShare) + numberAt(task, Task.rule + 6))
  setNumber(k + 4, load<f64>(leaf, 40))
  setNumber(k + 5, load<f64>(leaf, 48))
}

/** The best of the chunks' records becomes the leaf's split; on a tie the first feature. */
function takeBest(task: usize, leaf: usize, offset: usize): void {
  const first = addressAt(task, Task.records) + offset
  let best: usize = 0
  let most: f64 = -Infinity
  for (let chunk = 0; chunk < countAt(task, Task.searchChunks); chunk++) {
    const record = first + ((<usize>chunk) << 8)
    if (load<f64>(record, 8) < 0 || load<f64>(record) <= most) continue
    most = load<f64>(record)
    best = record
  }
  if (best == 0) return
  memory.copy(leaf + Task.leafSplit, best, 128)
  store<f64>(leaf, most - Task.worthUnsplit(task, leaf), 56)
}
