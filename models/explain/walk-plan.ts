import { cutOf, setOf } from '../trees/score-image.ts'
import { bySet, type Tree } from '../trees/tree.ts'
import type { Anatomy } from './anatomy.ts'
import { type Quadrature, quadratureFor } from './gauss-legendre.ts'
import type { ImageWriter } from './image-writer.ts'
import type { ImageContext } from './table-image.ts'

/** Doubles per vector: one by node of the quadrature, an even number. */
export const vectorSize = ({ mostFeatures }: Anatomy): number => 2 * Math.ceil(Math.max(1, mostFeatures) / 4)

/** Bytes that a walk needs beside the plan, by thread: two vectors and two states by node. */
export const walkRoom = (anatomy: Anatomy): number => anatomy.tree.feature.length * (16 * vectorSize(anatomy) + 8)

/** Bytes of the plan, about. */
export const walkBytes = (anatomy: Anatomy): number => anatomy.tree.feature.length * (96 * vectorSize(anatomy) + 24)

/**
 * Writes a tree as shapley-walk.ts (assembly/scoring) reads it and returns its offset.
 *
 * States of an edge for a given row: 0 = the row fails a split of the same feature further up, 1 = it fails this one
 * first, 2 = it passes this one and those above.
 *
 * With z the share of the path's feature and o whether the row passes, a leaf of value v adds
 * phi_j = (o_j - z_j) v integral over t in [0, 1] of prod_(i != j) (z_i (1 - t) + o_i t): the Shapley weights are a beta
 * integral. The product is carried down the tree once for all features (`down`: what the parent's vector is multiplied by, the
 * leaf's value included); the leaves' products are added up on the way back and divided by the factor of the edge's feature (`up`). Of
 * a feature that is split again below, the lower edge takes back what the upper one counted. All sums of products are of one
 * sign per leaf and nothing is divided out again, so that it stays exact however deep the tree is.
 */
export function writeWalk(
  writer: ImageWriter,
  anatomy: Anatomy,
  overBytes: Tree,
  { shape, phiOf }: ImageContext,
): number {
  const { tree, edgeInto, sameAbove } = anatomy
  const size = vectorSize(anatomy)
  const quadrature = paddedTo(size, quadratureFor(anatomy.mostFeatures))
  const { down, up } = edgeVectors(anatomy, quadrature)
  const sets = new Map<number, number>()
  for (let node = 0; node < tree.feature.length; node++)
    if ((tree.flags[node]! & bySet) !== 0) {
      sets.set(node, writer.offset)
      writer.push(...setOf(overBytes, node))
    }
  const vectors = [quadrature.weights, down, up].map((values) => writer.doubles(values))
  const offset = writer.offset
  writer.push(tree.feature.length, size / 2, ...vectors)
  for (let node = 0; node < tree.feature.length; node++) {
    const column = shape.stride * overBytes.feature[node]!
    const set = sets.get(node)
    const { shift, least } = cutOf(overBytes, node)
    writer.word(set === undefined ? column : (column | 0x80000000) >>> 0)
    writer.word(set ?? shift | (least << 16))
    writer.push(edgeInto[node]! >>> 0, sameAbove[node]! >>> 0, phiOf(tree.feature[node]!), 0)
  }
  return offset
}

/** Nodes of weight 0 change nothing. */
function paddedTo(size: number, { nodes, weights }: Quadrature): Quadrature {
  const padded = { nodes: new Float64Array(size).fill(0.5), weights: new Float64Array(size) }
  padded.nodes.set(nodes)
  padded.weights.set(weights)
  return padded
}

/** By edge and state, a vector each. */
function edgeVectors(anatomy: Anatomy, quadrature: Quadrature): { down: Float64Array; up: Float64Array } {
  const { tree, sameAbove, share } = anatomy
  const down = new Float64Array(6 * tree.feature.length * quadrature.nodes.length)
  const up = new Float64Array(down.length)
  for (let node = 0; node < tree.feature.length; node++) {
    const above = sameAbove[node]!
    const shareAbove = above < 0 ? 1 : share[above]!
    for (let side = 0; side < 2; side++) {
      const edge = 2 * node + side
      const child = side === 0 ? tree.left[node]! : tree.right[node]!
      const value = child < 0 ? tree.values[~child]! : 1
      fillEdge({ down, up }, edge, { quadrature, share: share[edge]!, shareAbove, value })
    }
  }
  return { down, up }
}

interface Edge {
  readonly quadrature: Quadrature
  readonly share: number
  readonly shareAbove: number
  readonly value: number
}

function fillEdge(
  { down, up }: { down: Float64Array; up: Float64Array },
  edge: number,
  { quadrature, share, shareAbove, value }: Edge,
): void {
  const size = quadrature.nodes.length
  const failedAbove = 3 * edge * size
  const failsHere = failedAbove + size
  const passes = failsHere + size
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
