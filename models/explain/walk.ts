import type { Block } from './block.ts'
import type { WalkPlan } from './walk-plan.ts'

/**
 * Adds a tree's Shapley values to the rows of the block, row by row, in leaves x quadrature nodes steps each: for few
 * rows and for paths with more features than tables can hold. All sums of products are of one sign per leaf and nothing is
 * divided out again, so that it stays exact however deep the tree is.
 */
export function addByWalk(plan: WalkPlan, { rowCount, bins, phi }: Block): void {
  const { feature } = plan.tree
  const edges = 2 * feature.length
  const states = new Uint8Array(edges)
  const vectors = new Float64Array(edges * plan.weights.length)
  const used = [...new Set(feature)]
  const rowBins = new Uint8Array(1 + Math.max(-1, ...used))
  const rowPhi = new Float64Array(rowBins.length)
  for (let row = 0; row < rowCount; row++) {
    for (const f of used) {
      rowBins[f] = bins[f]![row]!
      rowPhi[f] = 0
    }
    goDown(plan, rowBins, { states, vectors })
    comeBack(plan, rowPhi, { states, vectors })
    for (const f of used) phi[f]![row]! += rowPhi[f]!
  }
}

interface Scratch {
  /** By edge. */
  readonly states: Uint8Array
  /** By edge: the product of all factors on the path; on the way back, the sum over the leaves below. */
  readonly vectors: Float64Array
}

function goDown(plan: WalkPlan, rowBins: Uint8Array, { states, vectors }: Scratch): void {
  const { edgeInto, sameAbove, left, weights, down } = plan
  const { feature } = plan.tree
  const size = weights.length
  for (let node = 0; node < feature.length; node++) {
    const above = sameAbove[node]!
    const passedAbove = above < 0 || states[above] === 2 ? 1 : 0
    const isLeft = left[(node << 8) | rowBins[feature[node]!]!]!
    const into = edgeInto[node]!
    const parent = into < 0 ? weights : vectors
    const from = into < 0 ? 0 : into * size
    for (let side = 0; side < 2; side++) {
      const edge = 2 * node + side
      const state = passedAbove * (1 + (side === 0 ? isLeft : 1 - isLeft))
      states[edge] = state
      const to = edge * size
      const factors = (edge * 3 + state) * size
      for (let q = 0; q < size; q++) vectors[to + q] = parent[from + q]! * down[factors + q]!
    }
  }
}

function comeBack(plan: WalkPlan, rowPhi: Float64Array, { states, vectors }: Scratch): void {
  const { weights, up } = plan
  const { feature, left, right, values } = plan.tree
  const size = weights.length
  for (let node = feature.length - 1; node >= 0; node--) {
    let sum = 0
    for (let side = 0; side < 2; side++) {
      const edge = 2 * node + side
      const child = side === 0 ? left[node]! : right[node]!
      const at = edge * size
      if (child < 0) for (let q = 0; q < size; q++) vectors[at + q]! *= values[~child]!
      else
        for (let q = 0, l = 2 * child * size, r = l + size; q < size; q++)
          vectors[at + q] = vectors[l + q]! + vectors[r + q]!
      const state = states[edge]!
      if (state === 0) continue
      for (let q = 0, factors = (edge * 3 + state) * size; q < size; q++) sum += vectors[at + q]! * up[factors + q]!
    }
    rowPhi[feature[node]!]! += sum
  }
}
