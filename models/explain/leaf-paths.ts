import type { Anatomy } from './anatomy.ts'
import type { CodeClasses, CodedTree } from './code-classes.ts'
import { leftCodes } from './codes.ts'

/** A leaf as its path sees it. Features are places in the tree's list of `CodeClasses`. */
export interface LeafPath {
  readonly value: number
  readonly features: readonly number[]
  /** z by feature of the path. */
  readonly shares: readonly number[]
  /** By feature of the path and class of its codes: 1 = passes all splits of the feature. */
  readonly passes: readonly Uint8Array[]
}

/** The paths of all leaves from left to right, so that neighbours share most of their features. */
export function leafPaths(anatomy: Anatomy, coded: CodedTree, classes: readonly CodeClasses[]): LeafPath[] {
  const { tree, share } = anatomy
  const places = new Map(classes.map(({ feature }, place) => [feature, place]))
  const passes = passesByEdge(anatomy, coded, { classes, places })
  const paths: LeafPath[] = []
  const pending = tree.feature.length === 0 ? [] : [1, 0]
  for (let edge = pending.pop(); edge !== undefined; edge = pending.pop()) {
    const child = (edge & 1) === 0 ? tree.left[edge >> 1]! : tree.right[edge >> 1]!
    if (child >= 0) {
      pending.push(2 * child + 1, 2 * child)
      continue
    }
    const edges = lastEdges(anatomy, edge)
    paths.push({
      value: tree.values[~child]!,
      features: edges.map((last) => places.get(tree.feature[last >> 1]!)!),
      shares: edges.map((last) => share[last]!),
      passes: edges.map((last) => passes[last]!),
    })
  }
  return paths
}

/** Which classes pass the splits of an edge's feature on the path, this edge's included. */
function passesByEdge(
  { tree, sameAbove }: Anatomy,
  { overBytes, codes }: CodedTree,
  { classes, places }: { classes: readonly CodeClasses[]; places: ReadonlyMap<number, number> },
): Uint8Array[] {
  const passes: Uint8Array[] = []
  for (let node = 0; node < tree.feature.length; node++) {
    const feature = tree.feature[node]!
    const left = leftCodes(overBytes, node, codes[feature]!)
    const { of, count } = classes[places.get(feature)!]!
    const above = sameAbove[node]! < 0 ? new Uint8Array(count).fill(1) : passes[sameAbove[node]!]!
    const onLeft = new Uint8Array(count)
    for (let code = 0; code < left.length; code++) onLeft[of[code]!] = left[code]!
    passes.push(
      above.map((passed, k) => passed & onLeft[k]!),
      above.map((passed, k) => passed & (1 - onLeft[k]!)),
    )
  }
  return passes
}

/** The lowest edge of each feature on the way from `edge` up to the root. */
function lastEdges({ tree, edgeInto }: Anatomy, edge: number): number[] {
  const lowest = new Map<number, number>()
  for (let at = edge; at >= 0; at = edgeInto[at >> 1]!) {
    const feature = tree.feature[at >> 1]!
    if (!lowest.has(feature)) lowest.set(feature, at)
  }
  return [...lowest.values()]
}
