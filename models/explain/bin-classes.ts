import type { Tree } from '../trees/tree.ts'
import { leftBins } from './left-bins.ts'

/** Bins of one feature that no split of one tree tells apart form a class; numbered as they first appear, so bin 0 has class 0. */
export interface BinClasses {
  readonly feature: number
  /** By bin. */
  readonly of: Uint8Array
  readonly count: number
}

/** Classes of every feature that the tree splits on, in the order of its nodes. Intervals for numbers, sets for categories. */
export function binClasses(tree: Tree): BinClasses[] {
  const found = new Map<number, BinClasses>()
  for (let node = 0; node < tree.feature.length; node++) {
    const feature = tree.feature[node]!
    const before = found.get(feature) ?? { feature, of: new Uint8Array(256), count: 1 }
    found.set(feature, { feature, ...tuples(before, { of: leftBins(tree, node), count: 2 }) })
  }
  return [...found.values()]
}

/** A numbering 0 … count - 1 of some things. */
export interface Numbering {
  readonly of: Uint8Array
  readonly count: number
}

/** Numbers the distinct pairs (a, b) as they first appear; at most 256 of them can, as there are at most 256 things. */
export function tuples(a: Numbering, b: Numbering): Numbering {
  const of = new Uint8Array(a.of.length)
  const numbers = new Map<number, number>()
  for (let i = 0; i < of.length; i++) {
    const pair = a.of[i]! * 256 + b.of[i]!
    let number = numbers.get(pair)
    if (number === undefined) numbers.set(pair, (number = numbers.size))
    of[i] = number
  }
  return { of, count: numbers.size }
}
