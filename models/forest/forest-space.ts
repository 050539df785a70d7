import type { KernelChoice } from '../kernels/kernel-pool.ts'
import type { MemoryPlan } from '../kernels/memory-plan.ts'
import { treeBytes } from './tree-bytes.ts'
import { createTreeSpace, featureBytes, type TreeSpace } from '../trees/tree-space.ts'

/** What a forest needs room for. */
export interface ForestSize {
  readonly rows: number
  readonly features: number
  /** Groups that are drawn from; 0 = each row once. */
  readonly groups: number
  readonly featuresPerSplit: number
  /** Most leaves of a tree. */
  readonly leaves: number
  readonly hasWeights: boolean
  readonly hasCategories: boolean
  /** Trees that are grown before the next look at the world. */
  readonly batch: number
}

/** Bytes of a thread's room behind its histograms, the deck and the stack apart. */
const smallRoom = 192 + 4096 + 64 + 64 + 64 + 256 + 256
const stackEntry = 40

const aligned = (bytes: number): number => 64 * Math.ceil(bytes / 64)

export interface ForestSpace {
  readonly space: TreeSpace
  readonly size: ForestSize
  readonly at: ReturnType<typeof reserveForest>
}

interface ForestSpaceOptions {
  readonly threads: number
  readonly kernels: KernelChoice
  readonly where: string
  readonly signal: { readonly aborted: boolean }
}

/** Memory and threads for one forest; close `space.pool` when it is done. */
export function createForestSpace(
  size: ForestSize,
  { threads, kernels, where, signal }: ForestSpaceOptions,
): ForestSpace {
  const { rows, features, hasWeights } = size
  const none = { watchRows: 0, hasWatchWeights: false, countsSlopes: false, histograms: 3, maxLeaves: 2 }
  let at: ReturnType<typeof reserveForest> | null = null
  const space = createTreeSpace(
    { rows, features, hasWeights, ...none },
    { threads, kernels, where, signal, reserve: (plan) => (at = reserveForest(plan, size, threads)) },
  )
  return { space, size, at: at! }
}

function reserveForest(plan: MemoryPlan, size: ForestSize, threads: number) {
  const { rows, features, groups, featuresPerSplit, leaves, hasCategories, batch } = size
  const histogramBytes = featureBytes * featuresPerSplit
  const growing = 16 * rows + 2 * (groups + 64) + histogramBytes
  const roomBytes = aligned(growing + smallRoom + 2 * features + stackEntry * (leaves + 2))
  const drawBytes = aligned(2 * rows)
  const bytesPerTree = aligned(
    treeBytes.head + leaves * (treeBytes.node + treeBytes.leaf + (hasCategories ? treeBytes.set : 0)),
  )
  return {
    histogramBytes,
    roomBytes,
    drawBytes,
    bytesPerTree,
    groups: plan.reserve(4 * rows),
    states: plan.reserve(16 * batch),
    rooms: plan.reserve(roomBytes * threads),
    draws: plan.reserve(drawBytes * batch),
    trees: plan.reserve(bytesPerTree * batch),
    sums: plan.reserve(8 * rows),
    counts: plan.reserve(4 * rows),
  }
}
