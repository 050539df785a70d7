import type { Tree } from '../trees/tree.ts'
import { rowsByNode, rowsOfLeaf } from './anatomy.ts'

/** One feature of the path m: d, z, o and w of the paper. The first element stands for the empty set. */
interface Element {
  readonly feature: number
  /** Share of the rows that pass when the feature is unknown. */
  readonly zero: number
  /** 1 if the row passes, else 0. */
  readonly one: number
  weight: number
}

/**
 * Adds the path-dependent Shapley values of one row to `phi` (by feature): Lundberg, Erion and Lee (2018), "Consistent
 * individualized feature attribution for tree ensembles", algorithm 2, word for word. The oracle of the faster ways;
 * `goesLeft` tells whether the row goes left at a node.
 */
export function addClassic(tree: Tree, goesLeft: (node: number) => boolean, phi: Float64Array): void {
  const { feature, left, right, values } = tree
  const rows = rowsByNode(tree)
  const rowsBelow = (child: number): number => (child >= 0 ? rows[child]! : rowsOfLeaf(tree, ~child))

  function recurse(child: number, above: readonly Element[], added: Omit<Element, 'weight'>): void {
    const path = extend(above, added)
    if (child < 0) {
      for (let i = 1; i < path.length; i++) {
        const weight = unwind(path, i).reduce((sum, element) => sum + element.weight, 0)
        phi[path[i]!.feature]! += weight * (path[i]!.one - path[i]!.zero) * values[~child]!
      }
      return
    }
    const split = feature[child]!
    const [hot, cold] = goesLeft(child) ? [left[child]!, right[child]!] : [right[child]!, left[child]!]
    const known = path.findIndex((element, i) => i > 0 && element.feature === split)
    const { zero, one } = known < 0 ? { zero: 1, one: 1 } : path[known]!
    const rest = known < 0 ? path : unwind(path, known)
    const shareOf = (below: number): number => (zero * rowsBelow(below)) / rows[child]!
    recurse(hot, rest, { feature: split, zero: shareOf(hot), one })
    recurse(cold, rest, { feature: split, zero: shareOf(cold), one: 0 })
  }

  recurse(feature.length === 0 ? -1 : 0, [], { feature: -1, zero: 1, one: 1 })
}

/** EXTEND: the weights of all subset sizes with one feature more. */
function extend(above: readonly Element[], added: Omit<Element, 'weight'>): Element[] {
  const path = above.map((element) => ({ ...element }))
  const length = path.length
  path.push({ ...added, weight: length === 0 ? 1 : 0 })
  for (let i = length - 1; i >= 0; i--) {
    path[i + 1]!.weight += (added.one * path[i]!.weight * (i + 1)) / (length + 1)
    path[i]!.weight = (added.zero * path[i]!.weight * (length - i)) / (length + 1)
  }
  return path
}

/** UNWIND: takes element `at` out again. */
function unwind(path: readonly Element[], at: number): Element[] {
  const { one, zero } = path[at]!
  const last = path.length - 1
  const weights = path.map(({ weight }) => weight)
  let next = weights[last]!
  for (let j = last - 1; j >= 0; j--) {
    if (one === 0) {
      weights[j] = (weights[j]! * path.length) / (zero * (last - j))
      continue
    }
    const kept = weights[j]!
    weights[j] = (next * path.length) / ((j + 1) * one)
    next = kept - (weights[j]! * zero * (last - j)) / path.length
  }
  return path.filter((_, i) => i !== at).map((element, i) => ({ ...element, weight: weights[i]! }))
}
