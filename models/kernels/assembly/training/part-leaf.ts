import { addressAt, argumentsAddress, countAt, setCount } from '../shared/arguments'
import { runChunks } from '../shared/run-chunks'
import { placeRows, splitRows } from './split-rows'
import { bySet, missingLeft } from './split-record'
import * as Task from './tree-task'

/** Rows below which a node is parted by one thread. */
const leastRows: i32 = 2048

/** Moves the rows of `leaf` that its split sends left to the front of its part of the order; returns how many. */
export function partLeaf(task: usize, leaf: usize, isPlain: bool): i32 {
  const begin = load<i32>(leaf)
  const count = load<i32>(leaf, 4) - begin
  const pieceRows = Task.pieceRowsOf(task, count, leastRows, 64)
  const pieces = max(1, (count + pieceRows - 1) / pieceRows)
  const split = leaf + Task.leafSplit
  const table = addressAt(task, Task.table)
  fillTable(split, table)
  setCount(0, countAt(task, Task.order))
  setCount(1, begin)
  setCount(2, count)
  setCount(3, isPlain ? 1 : 0)
  setCount(4, pieces)
  setCount(5, pieceRows)
  setCount(6, countAt(task, Task.columns) + <i32>load<f64>(split, 8) * countAt(task, Task.columnBytes))
  setCount(7, <i32>table)
  setCount(8, countAt(task, Task.spare))
  setCount(9, countAt(task, Task.pieceCounts))
  if (pieces == 1) {
    splitRows(argumentsAddress, 0, 0)
    return load<i32>(addressAt(task, Task.pieceCounts))
  }
  runChunks(countAt(task, Task.splitRowsKernel), pieces)
  return placePieces(task, begin, count, pieces, pieceRows)
}

/** 1 for each of the 256 bins that goes left. */
function fillTable(split: usize, table: usize): void {
  const flags = load<f64>(split, 24)
  if (flags >= bySet) {
    for (let bin = 0; bin < 256; bin++) {
      const word = load<u32>(split + 64 + ((<usize>(bin >> 5)) << 2))
      store<u8>(table + <usize>bin, <u8>((word >> (bin & 31)) & 1))
    }
    return
  }
  const cut = <i32>load<f64>(split, 16)
  memory.fill(table, 1, <usize>(cut + 1))
  memory.fill(table + <usize>(cut + 1), 0, <usize>(255 - cut))
  store<u8>(table, flags == missingLeft ? 1 : 0, 255)
}

/** Brings the pieces' rows to their places in the order: first all that went left. Returns how many. */
function placePieces(task: usize, begin: i32, count: i32, pieces: i32, pieceRows: i32): i32 {
  const counts = addressAt(task, Task.pieceCounts)
  let lefts = 0
  for (let piece = 0; piece < pieces; piece++) lefts += load<i32>(counts + ((<usize>piece) << 2))
  let left = begin
  let right = begin + lefts
  for (let piece = 0; piece < pieces; piece++) {
    const at = (<usize>piece) << 2
    store<i32>(addressAt(task, Task.pieceLefts) + at, left)
    store<i32>(addressAt(task, Task.pieceRights) + at, right)
    left += load<i32>(counts + at)
    right += min(pieceRows, count - piece * pieceRows) - load<i32>(counts + at)
  }
  setCount(10, countAt(task, Task.pieceLefts))
  setCount(11, countAt(task, Task.pieceRights))
  runChunks(countAt(task, Task.placeRowsKernel), pieces)
  return lefts
}
