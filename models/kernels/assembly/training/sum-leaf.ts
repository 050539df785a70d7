import { addressAt, argumentsAddress, countAt, setCount } from '../shared/arguments'
import { isStopped } from '../shared/is-stopped'
import { runChunks } from '../shared/run-chunks'
import { addRows } from './add-rows'
import { addRare } from './rare-rows'
import * as Task from './tree-task'

/** Rows below which a histogram is summed by one thread, and pieces' granularity. */
const leastRows: i32 = 512
const stepRows: i32 = 256

/** Sums the leaf's rows into its slot and the threads' own histograms. */
export function sumLeaf(task: usize, leaf: usize, isPlain: bool): void {
  const marks = addressAt(task, Task.marks)
  const call = load<i32>(marks, 4) + 1
  store<i32>(marks, call, 4)
  const begin = load<i32>(leaf)
  const count = load<i32>(leaf, 4) - begin
  const pieceRows = Task.pieceRowsOf(task, count, leastRows, stepRows)
  const pieces = max(1, (count + pieceRows - 1) / pieceRows)
  const hasLists = isPlain && addressAt(task, Task.rareFlags) != 0
  setCount(0, isPlain ? 0 : countAt(task, Task.order))
  setCount(1, begin)
  setCount(2, count)
  setCount(3, countAt(task, Task.pairs))
  setCount(4, countAt(task, Task.matrix))
  setCount(5, countAt(task, Task.rows))
  setCount(6, countAt(task, Task.blocks))
  setCount(7, countAt(task, Task.blocksPerGroup))
  setCount(8, pieces)
  setCount(9, pieceRows)
  setCount(10, countAt(task, Task.tiles))
  setHistogram(task, leaf, 11)
  setCount(16, hasLists ? countAt(task, Task.rareFlags) : 0)
  // With one piece every group has one chunk, which writes to the slot itself: as if the caller had summed all of it.
  if (pieces == 1) store<i32>(marks, call)
  const chunks = countAt(task, Task.groups) * pieces
  if (chunks == 1 || countAt(task, Task.threads) == 1) {
    for (let chunk = 0; chunk < chunks && !isStopped(); chunk++) addRows(argumentsAddress, chunk, 0)
  } else runChunks(countAt(task, Task.addRowsKernel), chunks)
  if (hasLists) sumRare(task, leaf, call)
}

/** Blocks with lists of their rare rows: all rows are summed by them, straight into the leaf's slot. */
function sumRare(task: usize, leaf: usize, call: i32): void {
  const marks = addressAt(task, Task.marks)
  const histogram = slotOf(task, leaf)
  // Where other threads took every chunk, the slot still holds an older leaf.
  if (load<i32>(marks) != call) memory.fill(histogram, 0, addressAt(task, Task.slotBytes))
  store<i32>(marks, call)
  setCount(0, countAt(task, Task.rareBlocks) + 4)
  setCount(1, countAt(task, Task.rareFacts))
  setCount(2, countAt(task, Task.features))
  setCount(3, countAt(task, Task.pairs))
  setCount(4, countAt(task, Task.rows))
  setCount(5, <i32>histogram)
  setCount(6, <i32>load<f64>(leaf, 24))
  setCount(7, <i32>load<f64>(leaf, 16))
  setCount(8, countAt(task, Task.rooms))
  const chunks = load<i32>(addressAt(task, Task.rareBlocks))
  if (chunks == 1 || countAt(task, Task.threads) == 1) {
    for (let chunk = 0; chunk < chunks && !isStopped(); chunk++) addRare(argumentsAddress, chunk, 0)
  } else runChunks(countAt(task, Task.addRareKernel), chunks)
}

export function slotOf(task: usize, leaf: usize): usize {
  return addressAt(task, Task.histograms) + <usize>load<i32>(leaf, 12) * addressAt(task, Task.slotBytes)
}

/** Arguments from `k` on as `ownHistogram` wants them, for the call at hand. */
export function setHistogram(task: usize, leaf: usize, k: i32): void {
  setCount(k, <i32>slotOf(task, leaf))
  setCount(k + 1, countAt(task, Task.slotBytes))
  setCount(k + 2, countAt(task, Task.threadHistograms))
  setCount(k + 3, countAt(task, Task.marks))
  setCount(k + 4, load<i32>(addressAt(task, Task.marks), 4))
}
