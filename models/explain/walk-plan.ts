import type { Anatomy } from './anatomy.ts'
import { type Quadrature, quadratureFor } from './gauss-legendre.ts'
import { leftBins } from './left-bins.ts'

/** A tree made ready for `addByWalk`. Vectors have one entry per node of the quadrature. */
export interface WalkPlan {
  readonly kind: 'walk'
  /** By node. */
  readonly feature: Uint16Array
  readonly edgeInto: Int32Array
  readonly sameAbove: Int32Array
  /** By node and bin: 1 = left. */
  readonly left: Uint8Array
  /** Weights of the quadrature: the vector of the root. */
  readonly weights: Float64Array
  /** By edge and state, a vector: what the parent's vector is multiplied by on the way down, the leaf's value included. */
  readonly down: Float64Array
  /** By edge and state, a vector: what the leaf sums below count for the edge's feature. */
  readonly up: Float64Array
  readonly byteLength: number
}

/**
 * States of an edge for a given row: 0 = the row fails a split of the same feature further up, 1 = it fails this one
 * first, 2 = it passes this one and those above.
 *
 * With z the share of the path's feature and o whether the row passes, a leaf of value v adds
 * phi_j = (o_j - z_j) v integral over t in [0, 1] of prod_(i != j) (z_i (1 - t) + o_i t): the Shapley weights are a beta
 * integral. The product is carried down the tree once for all features; the leaves' products are added up on the way
 * back and divided by the factor of the edge's feature. Of a feature that is split again below, the lower edge takes back what
 * the upper one counted.
 */
export function planWalk(anatomy: Anatomy): WalkPlan {
  const { tree, edgeInto, sameAbove, share, mostFeatures } = anatomy
  const nodes = tree.feature.length
  const quadrature = quadratureFor(mostFeatures)
  const size = quadrature.nodes.length
  const left = new Uint8Array(256 * nodes)
  const down = new Float64Array(2 * nodes * 3 * size)
  const up = new Float64Array(down.length)
  for (let node = 0; node < nodes; node++) {
    left.set(leftBins(tree, node), 256 * node)
    const above = sameAbove[node]!
    const shareAbove = above < 0 ? 1 : share[above]!
    for (let side = 0; side < 2; side++) {
      const edge = 2 * node + side
      const child = side === 0 ? tree.left[node]! : tree.right[node]!
      const value = child < 0 ? tree.values[~child]! : 1
      fillEdge({ down, up }, edge, { quadrature, share: share[edge]!, shareAbove, value })
    }
  }
  const byteLength = left.byteLength + down.byteLength + up.byteLength
  return {
    kind: 'walk',
    feature: tree.feature,
    edgeInto,
    sameAbove,
    left,
    weights: quadrature.weights,
    down,
    up,
    byteLength,
  }
}

function fillEdge(
  { down, up }: { down: Float64Array; up: Float64Array },
  edge: number,
  {
    quadrature,
    share,
    shareAbove,
    value,
  }: { quadrature: Quadrature; share: number; shareAbove: number; value: number },
): void {
  const size = quadrature.nodes.length
  const [failedAbove, failsHere, passes] = [0, 1, 2].map((state) => (edge * 3 + state) * size) as [
    number,
    number,
    number,
  ]
  for (let q = 0; q < size; q++) {
    const t = quadrature.nodes[q]!
    const before = shareAbove * (1 - t) + t
    const after = share * (1 - t) + t
    const countedAbove = (1 - shareAbove) / before
    down[failedAbove + q] = (value * share) / shareAbove
    down[failsHere + q] = (value * share * (1 - t)) / before
    up[failsHere + q] = -1 / (1 - t) - countedAbove
    down[passes + q] = (value * after) / before
    up[passes + q] = (1 - share) / after - countedAbove
  }
}
