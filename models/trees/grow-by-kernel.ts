import { type FinishedLeaf, finishTree } from './finish-tree.ts'
import type { GrownTree } from './grow.ts'
import type { SpaceTask } from './grow-in-space.ts'
import { rareBlocks } from './rare-space.ts'
import type { Split } from './split.ts'
import { TreeBuilder } from './tree-builder.ts'
import { bySet } from './tree.ts'
import { featuresPerSearch, mostPieces } from './tree-space.ts'

/** What the kernel has the other threads help with. */
const helpers = ['addRows', 'addRare', 'searchSplits', 'splitRows', 'placeRows'] as const
/** Leaves and splits in the room of the kernel; see assembly/training/tree-task.ts. */
const leavesAt = 1088
const leafBytes = 256
const noLimit = 2 ** 31 - 1

/** `growInSpace` by the kernel `growTree`: between the loops over rows there is no plain code. */
export function growByKernel(task: SpaceTask): GrownTree {
  const { pool, layout } = task.space
  const most = mostLeaves(task)
  task.poll()
  pool.run('growTree', argumentsOf(task), 1)
  const { i32, f64 } = pool.memory
  const count = i32[layout.growth / 4 + 256]!
  const first = layout.growth + leavesAt
  const builder = new TreeBuilder()
  for (let k = 0; k + 1 < count; k++) {
    const at = first + leafBytes * (most + k)
    builder.splitLeaf(i32[at / 4 + 16]!, splitAt(task, at))
  }
  const leaves: FinishedLeaf[] = []
  for (let k = 0; k < count; k++) {
    const at = first + leafBytes * k
    const [begin, end] = [i32[at / 4]!, i32[at / 4 + 1]!]
    const limits = { low: f64[at / 8 + 5]!, high: f64[at / 8 + 6]! }
    leaves.push({ begin, end, g: f64[at / 8 + 2]!, h: f64[at / 8 + 3]!, l2: f64[at / 8 + 4]!, limits })
  }
  return finishTree(task, builder, leaves)
}

/** Leaves that the space has room for: there are never more than rows. */
const mostLeaves = ({ space, maxLeaves }: SpaceTask): number => Math.min(maxLeaves, space.size.maxLeaves)

/** In the order of assembly/training/tree-task.ts. */
function argumentsOf(task: SpaceTask): number[] {
  const { space, root, rule, isPlain, maxDepth, directions } = task
  const { pool, layout, size } = space
  const { l1, l2, minH, minCategoryH, categorySmoothing, categoryL2, minGain } = rule
  const { slots, pairs, matrix, blocks, blocksPerGroup, groups, tiles, order } = layout
  const { histograms, slotBytes, threadHistograms, marks, rareFlags, rareFacts, rooms, facts } = layout
  const { columns, columnBytes, table, spare, pieceCounts, pieceLefts, pieceRights } = layout
  const wanted = [isPlain ? 1 : 0, root.count, root.g, root.h, mostLeaves(task), Math.min(maxDepth, noLimit)]
  const rules = [directions === null ? 0 : 1, l1, l2, minH, minCategoryH, categorySmoothing, categoryL2, minGain]
  const rows = [slots, pool.threads, pairs, matrix, size.rows, blocks, blocksPerGroup, groups, tiles]
  const sums = [histograms, slotBytes, threadHistograms, marks, order]
  const lists = [isPlain && rareBlocks(space) > 0 ? rareFlags : 0, layout.rareBlocks, rareFacts, rooms]
  const searches = [size.features, facts, featuresPerSearch, layout.searchChunks, layout.records]
  const parts = [columns, columnBytes, table, spare, pieceCounts, pieceLefts, pieceRights, mostPieces]
  const kernels = helpers.map((name) => pool.placeOf(name))
  return [...wanted, ...rules, ...rows, ...sums, ...lists, ...searches, ...parts, ...kernels, layout.growth]
}

/** The split of the leaf at address `at`, as it was before it was split. */
function splitAt({ space }: SpaceTask, at: number): Split {
  const { f64, u32 } = space.pool.memory
  const record = at / 8 + 16
  const flags = f64[record + 3]!
  return {
    feature: f64[record + 1]!,
    gain: f64[at / 8 + 7]!,
    both: f64[record]!,
    cut: f64[record + 2]!,
    flags,
    set: (flags & bySet) === 0 ? null : u32.slice(2 * record + 16, 2 * record + 24),
    g: f64[record + 4]!,
    h: f64[record + 5]!,
    l2: f64[record + 6]!,
  }
}
