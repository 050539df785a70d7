import type { GrownTree } from '../trees/grow.ts'
import type { Tree } from '../trees/tree.ts'
import { blockFeatures, piecesOf, type TreeSpace } from '../trees/tree-space.ts'
import type { PartInSpace } from './boost-space.ts'

const leastRows = 4096
/** Rows whose scores a thread adds to at a time: they stay in its own cache while all leaves pass by. */
const rowsPerPiece = 32_768

/** Adds the leaf values to the scores of the rows that the tree was grown on: they lie by leaf in the order. */
export function addLeafValues(space: TreeSpace, grown: GrownTree, isPlain: boolean): void {
  const { pool, layout } = space
  const { values } = grown.tree
  for (let leaf = 0; leaf < values.length; leaf++) {
    const at = layout.leaves / 4 + 4 * leaf
    pool.memory.i32[at] = grown.begin[leaf]!
    pool.memory.i32[at + 1] = grown.end[leaf]!
    pool.memory.f32[at + 2] = values[leaf]!
  }
  // A tree of one leaf has parted nothing: the order may not have been written.
  const order = isPlain && values.length === 1 ? 0 : layout.order
  const pieces = Math.ceil(space.size.rows / rowsPerPiece)
  pool.run('addLeafValues', [order, 0, rowsPerPiece, layout.leaves, values.length, layout.scores], pieces)
}

/** Adds the tree to the scores of `part`: rows that it was not grown on walk down. `rows`: these places of the order only. */
export function addTree(
  space: TreeSpace,
  tree: Tree,
  { part, rows }: { part: PartInSpace; rows?: { begin: number; count: number } },
): void {
  const { pool, layout } = space
  if (tree.feature.length === 0) return addToAll(space, tree, { part, rows })
  writeTree(space, tree, part)
  const { begin, count } = rows ?? { begin: 0, count: part.rows }
  const { pieces, pieceRows } = piecesOf(count, { threads: pool.threads, least: leastRows, step: 1 })
  const where = [rows ? layout.order : 0, begin, count, pieceRows]
  pool.run('addTree', [...where, layout.nodes, layout.values, part.scores], pieces)
}

/** A tree of one leaf. */
function addToAll(
  { pool, layout }: TreeSpace,
  tree: Tree,
  { part, rows }: { part: PartInSpace; rows?: { begin: number; count: number } | undefined },
): void {
  const { i32, f32 } = pool.memory
  const { begin, count } = rows ?? { begin: 0, count: part.rows }
  const at = layout.leaves / 4
  i32[at] = begin
  i32[at + 1] = begin + count
  f32[at + 2] = tree.values[0]!
  const order = rows ? layout.order : 0
  pool.run('addLeafValues', [order, 0, part.rows, layout.leaves, 1, part.scores], 1)
}

function writeTree({ pool, layout }: TreeSpace, tree: Tree, part: PartInSpace): void {
  const { i32, u32, f32 } = pool.memory
  u32.set(tree.sets, layout.sets / 4)
  f32.set(tree.values, layout.values / 4)
  for (let node = 0; node < tree.feature.length; node++) {
    const at = layout.nodes / 4 + 8 * node
    const { first, stride } = placeOf(layout, part, tree.feature[node]!)
    u32[at] = first
    u32[at + 1] = stride
    i32[at + 2] = tree.cut[node]!
    i32[at + 3] = tree.flags[node]!
    i32[at + 4] = tree.left[node]!
    i32[at + 5] = tree.right[node]!
    u32[at + 6] = layout.sets + 32 * tree.cut[node]!
  }
}

/** Address of a feature's bin in row 0 of the part's matrix, and the bytes from row to row. */
function placeOf(
  { blocks, blocksPerGroup }: TreeSpace['layout'],
  { matrix, rows }: PartInSpace,
  feature: number,
): { first: number; stride: number } {
  const group = Math.floor(feature / blockFeatures / blocksPerGroup)
  const firstFeature = group * blocksPerGroup * blockFeatures
  const stride = blockFeatures * Math.min(blocksPerGroup, blocks - group * blocksPerGroup)
  return { first: matrix + rows * firstFeature + (feature - firstFeature), stride }
}
