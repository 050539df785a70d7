import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Dataset } from '../../core/dataset.ts'
import type { ContributionBlock, PredictOptions } from '../estimator.ts'
import { throwIfAborted } from '../guards.ts'
import { createBinner } from '../trees/binned-matrix.ts'
import type { FeatureBins } from '../trees/bins.ts'
import { cutOf, setOf } from '../trees/score-image.ts'
import { bySet, type Tree } from '../trees/tree.ts'
import type { Anatomy } from './anatomy.ts'
import { quadratureFor } from './gauss-legendre.ts'
import type { Explained } from './plans.ts'

/** Entries of a block, at most: 16 MB. */
const blockEntries = 2 ** 21

/**
 * SHAP interaction values (Lundberg et al. 2020, "From local explanations to global understanding", eq. 3-5): a symmetric matrix
 * by row whose sums by feature are the contributions. Off the diagonal half of the Shapley interaction index
 * (o_i - z_i) (o_j - z_j) v integral over t of prod_(k != i, j) (z_k (1 - t) + o_k t), summed over leaves; on the diagonal what
 * is left of the contribution. Plain loops, leaf by leaf: for some thousand rows, not for millions.
 */
export async function* interactionBlocks(
  explained: Explained,
  x: Dataset,
  options: PredictOptions & { readonly where: string },
): AsyncGenerator<ContributionBlock> {
  const { ensemble, overBytes, anatomies } = explained
  const width = ensemble.features.length
  const bytes = overBytes.columns.map((column) => {
    const bins = ensemble.features[column.feature]!
    const own: FeatureBins = column.kind === 'number' ? { ...bins, ...column, binCount: 0 } : bins
    const target = new Uint8Array(x.rowCount)
    createBinner(x, own, options.where)(target, 0)
    return target
  })
  const trees = anatomies.map((anatomy, t) => ({ leaves: leavesOf(anatomy), anatomy, overBytes: overBytes.trees[t]! }))
  const blockRows = Math.max(1, Math.floor(blockEntries / Math.max(1, width * width)))
  for (let begin = 0; begin < x.rowCount; begin += blockRows) {
    const rowCount = Math.min(blockRows, x.rowCount - begin)
    const values = new Float64Array(rowCount * width * width)
    for (let row = 0; row < rowCount; row++) {
      throwIfAborted(options.signal, options.where)
      if (row % 64 === 0) await nextTurn()
      const own = values.subarray(row * width * width, (row + 1) * width * width)
      for (const { leaves, anatomy, overBytes: tree } of trees) {
        const passes = passesOf(anatomy, tree, (column) => bytes[column]![begin + row]!)
        for (const leaf of leaves) addLeaf(own, width, { leaf, passes })
      }
      mirror(own, width)
    }
    yield { begin, rowCount, values }
  }
}

interface Leaf {
  readonly value: number
  readonly features: readonly number[]
  /** By feature: z, and the edge that says whether a row passes. */
  readonly shares: readonly number[]
  readonly edges: readonly number[]
}

function leavesOf({ tree, edgeInto, share }: Anatomy): Leaf[] {
  const leaves: Leaf[] = []
  for (let edge = 0; edge < 2 * tree.feature.length; edge++) {
    const child = (edge & 1) === 0 ? tree.left[edge >> 1]! : tree.right[edge >> 1]!
    if (child >= 0) continue
    const lowest = new Map<number, number>()
    for (let at = edge; at >= 0; at = edgeInto[at >> 1]!) {
      const feature = tree.feature[at >> 1]!
      if (!lowest.has(feature)) lowest.set(feature, at)
    }
    const edges = [...lowest.values()]
    leaves.push({
      value: tree.values[~child]!,
      features: [...lowest.keys()],
      shares: edges.map((last) => share[last]!),
      edges,
    })
  }
  return leaves
}

/** By edge: 1 = the row passes it and those of the same feature above. */
function passesOf({ sameAbove }: Anatomy, tree: Tree, byteOf: (column: number) => number): Uint8Array {
  const passes = new Uint8Array(2 * tree.feature.length)
  for (let node = 0; node < tree.feature.length; node++) {
    const above = sameAbove[node]! < 0 ? 1 : passes[sameAbove[node]!]!
    const left = isLeft(tree, node, byteOf(tree.feature[node]!)) ? 1 : 0
    passes[2 * node] = above & left
    passes[2 * node + 1] = above & (1 - left)
  }
  return passes
}

function isLeft(tree: Tree, node: number, byte: number): boolean {
  if ((tree.flags[node]! & bySet) !== 0) return ((setOf(tree, node)[byte >>> 5]! >>> (byte & 31)) & 1) === 1
  const { shift, least } = cutOf(tree, node)
  return ((byte + shift) & 255) < least
}

/** Contributions on the diagonal, interactions above it (i < j), twice what either side will get. */
function addLeaf(own: Float64Array, width: number, { leaf, passes }: { leaf: Leaf; passes: Uint8Array }): void {
  const { value, features, shares, edges } = leaf
  const { nodes, weights } = quadratureFor(features.length)
  const pulls = new Float64Array(features.length)
  for (let q = 0; q < nodes.length; q++) {
    const t = nodes[q]!
    let product = weights[q]! * value
    for (let j = 0; j < features.length; j++) {
      const factor = shares[j]! * (1 - t) + passes[edges[j]!]! * t
      product *= factor
      pulls[j] = (passes[edges[j]!]! - shares[j]!) / factor
    }
    for (let i = 0; i < features.length; i++) {
      const a = features[i]!
      own[a * width + a]! += product * pulls[i]!
      for (let j = i + 1; j < features.length; j++) {
        const b = features[j]!
        own[Math.min(a, b) * width + Math.max(a, b)]! += product * pulls[i]! * pulls[j]!
      }
    }
  }
}

/** Halves to both sides of the diagonal, and off it. */
function mirror(own: Float64Array, width: number): void {
  for (let i = 0; i < width; i++)
    for (let j = i + 1; j < width; j++) {
      const half = own[i * width + j]! / 2
      own[i * width + j] = half
      own[j * width + i] = half
      own[i * width + i]! -= half
      own[j * width + j]! -= half
    }
}
