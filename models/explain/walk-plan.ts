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
export const walkBytes = (anatomy: Anatomy): number => anatomy.tree.feature.length * (16 * vectorSize(anatomy) + 88)

/** Steps of arithmetic per row, about. */
export const walkSteps = (anatomy: Anatomy): number => anatomy.tree.feature.length * (16 * vectorSize(anatomy) + 40)

/**
 * Writes a tree as shapley-walk.ts (assembly/scoring) reads it and returns its offset.
 *
 * States of an edge for a given row: 0 = the row fails a split of the same feature further up, 1 = it fails this one
 * first, 2 = it passes this one and those above.
 *
 * With z the share of the path's feature and o whether the row passes, a leaf of value v adds
 * phi_j = (o_j - z_j) v integral over t in [0, 1] of prod_(i != j) (z_i (1 - t) + o_i t): the Shapley weights are a beta
 * integral. The product is carried down the tree once for all features, the leaf's value included: an edge multiplies by its factor
 * over that of the same feature above, if any. The leaves' products are added up on the way back; an edge's feature gets
 * (o - z) / factor times their sum, less what the edge of the same feature above has counted of them. All sums of products are of one
 * sign per leaf, so that it stays exact however deep the tree is.
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
  const sets = new Map<number, number>()
  for (let node = 0; node < tree.feature.length; node++)
    if ((tree.flags[node]! & bySet) !== 0) {
      sets.set(node, writer.offset)
      writer.push(...setOf(overBytes, node))
    }
  const { nodes: t, weights } = quadrature
  const times = [t, t.map((at) => 1 - at), t.map((at) => 1 / (1 - at)), weights].map((values) => writer.doubles(values))
  const numbers = writer.doubles(edgeNumbers(anatomy))
  const inverses = writer.doubles(edgeInverses(anatomy, t))
  const offset = writer.offset
  writer.push(tree.feature.length, size / 2, times[0]!, numbers, inverses)
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

/** By edge: z, 1 - z, the value v of the leaf it leads to (1 where there is none), v z. */
function edgeNumbers({ tree, share }: Anatomy): Float64Array {
  const numbers = new Float64Array(8 * tree.feature.length)
  for (let edge = 0; edge < 2 * tree.feature.length; edge++) {
    const child = (edge & 1) === 0 ? tree.left[edge >> 1]! : tree.right[edge >> 1]!
    numbers[4 * edge] = share[edge]!
    numbers[4 * edge + 1] = 1 - share[edge]!
    numbers[4 * edge + 2] = child < 0 ? tree.values[~child]! : 1
    numbers[4 * edge + 3] = numbers[4 * edge + 2]! * share[edge]!
  }
  return numbers
}

/** By edge, the vector 1 / (z (1 - t) + t): one over the factor of a row that passes. */
function edgeInverses({ tree, share }: Anatomy, t: Float64Array): Float64Array {
  const inverses = new Float64Array(2 * tree.feature.length * t.length)
  for (let edge = 0, at = 0; edge < 2 * tree.feature.length; edge++)
    for (let q = 0; q < t.length; q++) inverses[at++] = 1 / (share[edge]! * (1 - t[q]!) + t[q]!)
  return inverses
}
