import type { Block } from './block.ts'
import type { WalkPlan } from './walk-plan.ts'

/**
 * Adds a tree's Shapley values to the rows of the block, row by row, in leaves x quadrature nodes steps each: for few
 * rows and for paths with more features than tables can hold. All sums of products are of one sign per leaf and nothing is
 * divided out again, so that it stays exact however deep the tree is.
 */
export function addByWalk(plan: WalkPlan, { rowCount, start, bins, phi }: Block): void {
  const { feature, weights } = plan
  const scratch = {
    states: new Uint8Array(2 * feature.length),
    vectors: new Float64Array(2 * feature.length * weights.length),
  }
  const used = [...new Set(feature)]
  const rowBins = new Uint8Array(1 + Math.max(0, ...used))
  const rowPhi = new Float64Array(rowBins.length)
  for (let row = 0; row < rowCount; row++) {
    for (const f of used) {
      rowBins[f] = bins[start[f]! + row]!
      rowPhi[f] = 0
    }
    goDown(plan, rowBins, scratch)
    comeBack(plan, rowPhi, scratch)
    for (const f of used) phi[start[f]! + row]! += rowPhi[f]!
  }
}

interface Scratch {
  /** By edge. */
  readonly states: Uint8Array
  /** By edge: the product of all factors on the path; on the way back, the sum over the leaves below. */
  readonly vectors: Float64Array
}

/** Nodes in their order: parents come first. */
function goDown(plan: WalkPlan, rowBins: Uint8Array, { states, vectors }: Scratch): void {
  const { feature, edgeInto, sameAbove, left, weights, down } = plan
  const size = weights.length
  for (let node = 0; node < feature.length; node++) {
    const edge = 2 * node
    const above = sameAbove[node]!
    const passedAbove = above < 0 || states[above] === 2 ? 1 : 0
    const isLeft = left[(node << 8) | rowBins[feature[node]!]!]!
    const stateLeft = passedAbove * (1 + isLeft)
    const stateRight = passedAbove * (2 - isLeft)
    states[edge] = stateLeft
    states[edge + 1] = stateRight
    const into = edgeInto[node]!
    const parent = into < 0 ? weights : vectors
    const from = into < 0 ? 0 : into * size
    const to = edge * size
    const onLeft = (3 * edge + stateLeft) * size
    const onRight = (3 * edge + 3 + stateRight) * size
    for (let q = 0; q < size; q++) {
      const product = parent[from + q]!
      vectors[to + q] = product * down[onLeft + q]!
      vectors[to + size + q] = product * down[onRight + q]!
    }
  }
}

/** Nodes from the last to the first: children come first. */
function comeBack(plan: WalkPlan, rowPhi: Float64Array, { states, vectors }: Scratch): void {
  const { feature, edgeInto, weights, up } = plan
  const size = weights.length
  for (let node = feature.length - 1; node >= 0; node--) {
    const edge = 2 * node
    const at = edge * size
    const onLeft = (3 * edge + states[edge]!) * size
    const onRight = (3 * edge + 3 + states[edge + 1]!) * size
    const to = Math.max(0, edgeInto[node]! * size) // the root's sum is written where nobody reads again
    let sum = 0
    for (let q = 0; q < size; q++) {
      const leavesLeft = vectors[at + q]!
      const leavesRight = vectors[at + size + q]!
      sum += leavesLeft * up[onLeft + q]! + leavesRight * up[onRight + q]!
      vectors[to + q] = leavesLeft + leavesRight
    }
    rowPhi[feature[node]!]! += sum
  }
}
