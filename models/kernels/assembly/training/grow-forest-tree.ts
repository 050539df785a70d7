import { addressAt, countAt, numberAt } from '../shared/arguments'
import { isStopped } from '../shared/is-stopped'
import { drawTreeRows, weighDrawnRows } from './draw-tree-rows'
import { searchNode } from './search-node'

/** Rows of nodes between two questions whether to go on: some milliseconds. */
const rowsPerQuestion: i32 = 65536

/**
 * Grows a whole tree of a forest; chunk = tree of the batch. Depth first, the left child next.
 * 0 rows; 1 features; 2 labels; 3 weights, 0 = all 1; 4 unit of weights; 5 group of each row, uint32; 6 groups, 0 = each row
 * once; 7 unused; 8 matrix; 9 blocks by group of the matrix; 10 columns; 11 bytes from column to column; 12 facts of features, 8 bytes:
 * bins, uint16, and 1 for a category; 13 states of the generators, 16 bytes by tree; 14 features by split; 15 most levels;
 * 16 fewest rows in a leaf; 17 are cuts random?; 18 draws, uint16 by tree and row; 19 bytes of draws by tree; 20 rooms; 21
 * bytes by room; 22 trees; 23 bytes by tree; 24 most leaves; 25 bytes of histograms in a room.
 * A room: pairs 8 x rows, order and spare 4 x rows each, times drawn 2 x groups, histograms, then what `roomEnd` says.
 * A tree: leaves, int32; at 64 nodes of 32 bytes (feature, cut, flags, left, right: int32; at 24 gain, double); then 16 bytes
 * by leaf (value, double; rows, uint32); then sets of 32 bytes.
 */
export function growForestTree(args: usize, chunk: i32, thread: i32): void {
  const rows = addressAt(args, 0)
  const room = addressAt(args, 20) + <usize>thread * addressAt(args, 21)
  const pairs = room
  const order = pairs + (rows << 3)
  const spare = order + (rows << 2)
  const times = spare + (rows << 2)
  const histograms = (times + ((addressAt(args, 6) + 64) << 1) + 63) & ~63
  const record = histograms + addressAt(args, 25)
  const scan = record + 192
  const rule = scan + 4096
  const node = rule + 64
  const facts = node + 64
  const table = facts + 64
  const deck = table + 256
  const stack = (deck + (addressAt(args, 1) << 1) + 71) & ~7
  const state = addressAt(args, 13) + ((<usize>chunk) << 4)
  const draws = addressAt(args, 18) + <usize>chunk * addressAt(args, 19)
  const tree = addressAt(args, 22) + <usize>chunk * addressAt(args, 23)

  drawTreeRows(args, state, draws, times)
  if (isStopped()) return
  const drawn = weighDrawnRows(args, draws, order, pairs, facts)
  if (isStopped()) return
  const hUnits = load<f64>(facts, 8)
  memory.fill(rule, 0, 64)
  store<f64>(rule, max(1, ceil(numberAt(args, 16) * load<f64>(facts) * hUnits - 1e-6)), 16)
  store<f64>(rule, 1, 24)
  for (let f = 0; f < countAt(args, 1); f++) store<u16>(deck + ((<usize>f) << 1), <u16>f)

  const nodes = tree + 64
  const leaves = nodes + (addressAt(args, 24) << 5)
  const sets = leaves + (addressAt(args, 24) << 4)
  const minH = load<f64>(rule, 16)
  const most = countAt(args, 15)
  let nodeCount = 0
  let leafCount = 1
  let setCount = 0
  let g: f64 = 0
  let h: f64 = 0
  for (let i = 0; i < drawn; i++) {
    const row = <usize>load<u32>(order + ((<usize>i) << 2))
    h += <f64>load<i32>(pairs + (row << 3))
    g += <f64>load<i32>(pairs + (row << 3), 4)
  }
  // An entry of the stack: leaf, begin, end, depth: int32; where its number is written, uint32; at 24 g, at 32 h: doubles.
  push(stack, 0, 0, drawn, 0, tree + 32, g, h)
  let seen = 0
  for (let top = stack; top >= stack; top -= 40) {
    const leaf = load<i32>(top)
    const begin = load<i32>(top, 4)
    const end = load<i32>(top, 8)
    const depth = load<i32>(top, 12)
    const hang = load<usize>(top, 16)
    seen += end - begin
    if (seen > rowsPerQuestion) {
      if (isStopped()) return
      seen = 0
    }
    const nodeG = load<f64>(top, 24)
    const nodeH = load<f64>(top, 32)
    store<f64>(leaves + ((<usize>leaf) << 4), nodeH == 0 ? 0 : -nodeG / nodeH)
    store<u32>(leaves + ((<usize>leaf) << 4), end - begin, 8)
    if (nodeG == 0 || -nodeG == nodeH || depth >= most || nodeH < 2 * minH) continue
    store<f64>(node, nodeG, 8)
    store<f64>(node, nodeH, 16)
    const from = order + ((<usize>begin) << 2)
    if (!searchNode(args, from, end - begin, pairs, node, rule, deck, histograms, record, scan, state)) continue
    const isSet = load<f64>(record, 24) == 2
    const at = nodes + ((<usize>nodeCount) << 5)
    const feature = <i32>load<f64>(record, 8)
    store<i32>(hang, nodeCount)
    nodeCount++
    store<i32>(at, feature)
    store<i32>(at, isSet ? setCount : <i32>load<f64>(record, 16), 4)
    store<i32>(at, <i32>load<f64>(record, 24), 8)
    store<i32>(at, ~leaf, 12)
    store<i32>(at, ~leafCount, 16)
    store<f64>(at, load<f64>(record) - (nodeG * nodeG) / nodeH, 24)
    if (isSet) {
      memory.copy(sets + ((<usize>setCount) << 5), record + 64, 32)
      setCount++
    }
    fillTable(table, record, isSet)
    const column = addressAt(args, 10) + <usize>feature * addressAt(args, 11)
    const middle = begin + partRows(from, end - begin, column, table, spare)
    const leftG = load<f64>(record, 32)
    const leftH = load<f64>(record, 40)
    push(top, leafCount, middle, end, depth + 1, at + 16, nodeG - leftG, nodeH - leftH)
    push(top + 40, leaf, begin, middle, depth + 1, at + 12, leftG, leftH)
    leafCount++
    top += 80
  }
  store<i32>(tree, leafCount)
  store<i32>(tree, setCount, 4)
  store<f64>(tree, hUnits, 8)
}

function push(top: usize, leaf: i32, begin: i32, end: i32, depth: i32, hang: usize, g: f64, h: f64): void {
  store<i32>(top, leaf)
  store<i32>(top, begin, 4)
  store<i32>(top, end, 8)
  store<i32>(top, depth, 12)
  store<usize>(top, hang, 16)
  store<f64>(top, g, 24)
  store<f64>(top, h, 32)
}

/** 1 for each of the 256 bins that goes left. */
function fillTable(table: usize, record: usize, isSet: bool): void {
  if (isSet) {
    for (let bin = 0; bin < 256; bin++) {
      const word = load<u32>(record + 64 + ((<usize>(bin >> 5)) << 2))
      store<u8>(table + <usize>bin, <u8>((word >>> (bin & 31)) & 1))
    }
    return
  }
  const cut = <usize>load<f64>(record, 16)
  memory.fill(table, 1, cut + 1)
  memory.fill(table + cut + 1, 0, 255 - cut)
  store<u8>(table, load<f64>(record, 24) == 1 ? 1 : 0, 255)
}

/** Rows that go left to the front, both sides in their old order; returns how many. */
function partRows(rows: usize, count: i32, column: usize, table: usize, spare: usize): i32 {
  let left = rows
  let right = spare
  for (let at = rows, end = rows + ((<usize>count) << 2); at < end; at += 4) {
    const row = load<u32>(at)
    const isLeft = <usize>load<u8>(table + <usize>load<u8>(column + <usize>row))
    store<u32>(left, row)
    store<u32>(right, row)
    left += isLeft << 2
    right += (1 - isLeft) << 2
  }
  memory.copy(left, spare, right - spare)
  return <i32>((left - rows) >> 2)
}
