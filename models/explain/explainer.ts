import type { Dataset } from '../../core/dataset.ts'
import type { Contributions } from '../estimator.ts'
import { type Binner, createBinner } from '../trees/binned-matrix.ts'
import type { TreeEnsemble } from '../trees/ensemble.ts'
import { type Anatomy, anatomyOf } from './anatomy.ts'
import { type Block, createBlock } from './block.ts'
import { addByTables } from './look-up.ts'
import { fitsTables, planTables, type TablePlan } from './table-plan.ts'
import { addByWalk } from './walk.ts'
import { planWalk, type WalkPlan } from './walk-plan.ts'

/** Tables take as long to build as walking so many rows down the trees. */
const fewestRowsForTables = 4096

type Plan = TablePlan | WalkPlan

/** Explains rows of `x`; `where` names the caller in errors about missing columns. */
export type Explain = (x: Dataset, where: string) => Contributions

/**
 * Exact path-dependent TreeSHAP (Lundberg, Erion and Lee 2018) of an ensemble whose score is a sum of leaf values:
 * what a feature contributes is its Shapley value in the game where an unknown feature sends a row down both sides, by
 * their shares of the training rows. bias = mean score over the training rows of each tree, bias + sum(row) = score.
 *
 * Rows of training are counted as the trees count them: each drawn row once, whatever its weight. A row's values differ by rounding
 * (below 1e-12) between calls with few and with many rows, and are the same bits for calls of one kind.
 *
 * Beside the values a call needs about `batchBytes` for the trees at hand, made and dropped in turn; a model that needs no more
 * keeps them for the next call.
 */
export function createExplainer(ensemble: TreeEnsemble, batchBytes = 64 * 2 ** 20): Explain {
  const { features } = ensemble
  const prepare = (): { bias: number; batches: Batches } => {
    const anatomies = ensemble.trees.map((tree) => anatomyOf(tree))
    return {
      bias: anatomies.reduce((sum, { mean }) => sum + mean, ensemble.base),
      batches: createBatches(anatomies, batchBytes),
    }
  }
  let prepared: ReturnType<typeof prepare> | null = null
  return (x, where) => {
    const { bias, batches } = (prepared ??= prepare())
    const binners = features.map((bins) => createBinner(x, bins, where))
    const values = new Float64Array(x.rowCount * features.length)
    for (const plans of batches(x.rowCount >= fewestRowsForTables))
      addBatch(values, plans, { rowCount: x.rowCount, binners, splits: ensemble.splits })
    return { bias, values, names: features.map(({ name }) => name) }
  }
}

/** Plans of all trees, a bounded number of bytes at a time. */
type Batches = (withTables: boolean) => Iterable<readonly Plan[]>

function createBatches(anatomies: readonly Anatomy[], batchBytes: number): Batches {
  const kept = new Map<boolean, readonly Plan[]>()
  return function* (withTables) {
    const known = kept.get(withTables)
    if (known !== undefined) return yield known
    let batch: Plan[] = []
    let bytes = 0
    let isFirst = true
    for (const anatomy of anatomies) {
      if (anatomy.mostFeatures === 0) continue
      const plan = withTables && fitsTables(anatomy) ? planTables(anatomy) : planWalk(anatomy)
      batch.push(plan)
      bytes += plan.byteLength
      if (bytes < batchBytes) continue
      yield batch
      batch = []
      bytes = 0
      isFirst = false
    }
    if (isFirst) kept.set(withTables, batch)
    yield batch
  }
}

interface Rows {
  readonly rowCount: number
  readonly binners: readonly Binner[]
  /** By feature; those without splits are left out. */
  readonly splits: Uint32Array
}

function addBatch(values: Float64Array, plans: readonly Plan[], { rowCount, binners, splits }: Rows): void {
  const count = binners.length
  const used = Array.from(splits.keys()).filter((f) => splits[f]! > 0)
  const size = Math.min(rowCount, blockRows(used.length))
  const room = createBlock(splits, size)
  const { start, bins, phi } = room
  for (let begin = 0; begin < rowCount; begin += size) {
    const block = { ...room, rowCount: Math.min(size, rowCount - begin) }
    phi.fill(0)
    for (const f of used) binners[f]!(bins.subarray(start[f]!, start[f]! + block.rowCount), begin)
    addTrees(plans, block)
    for (const f of used)
      for (let row = 0, at = begin * count + f; row < block.rowCount; row++, at += count)
        values[at]! += phi[start[f]! + row]!
  }
}

function addTrees(plans: readonly Plan[], block: Block): void {
  for (const plan of plans) {
    if (plan.kind === 'tables') addByTables(plan, block)
    else addByWalk(plan, block)
  }
}

/** Rows that go through the trees together: what they need should stay near, and loops should be long. */
const blockRows = (features: number): number => Math.min(4096, Math.max(512, Math.floor(2 ** 18 / features)))
