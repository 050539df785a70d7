import type { Tree } from '../trees/tree.ts'
import { type FeatureCodes, leftCodes } from './codes.ts'

/** A numbering 0 … count - 1 of some things. */
export interface Numbering {
  readonly of: Uint16Array
  readonly count: number
}

/** Codes of one feature that no split of one tree tells apart form a class; numbered as they first appear, so code 0 has class 0. */
export interface CodeClasses extends Numbering {
  readonly feature: number
}

/** A tree, the same over bytes, and what its features' codes are. */
export interface CodedTree {
  readonly tree: Tree
  readonly overBytes: Tree
  readonly codes: readonly (FeatureCodes | undefined)[]
}

/** Classes of every feature that the tree splits on, in the order of its nodes. Intervals for numbers, sets for categories. */
export function codeClasses({ tree, overBytes, codes }: CodedTree): CodeClasses[] {
  const found = new Map<number, CodeClasses>()
  for (let node = 0; node < tree.feature.length; node++) {
    const feature = tree.feature[node]!
    const of = leftCodes(overBytes, node, codes[feature]!)
    const before = found.get(feature) ?? { feature, of: new Uint16Array(of.length), count: 1 }
    found.set(feature, { feature, ...tuples(before, { of: Uint16Array.from(of), count: 2 }) })
  }
  return [...found.values()]
}

/** Numbers the distinct pairs (a, b) as they first appear. */
export function tuples(a: Numbering, b: Numbering): Numbering {
  const of = new Uint16Array(a.of.length)
  const numbers = new Map<number, number>()
  for (let i = 0; i < of.length; i++) {
    const pair = a.of[i]! * b.count + b.of[i]!
    let number = numbers.get(pair)
    if (number === undefined) numbers.set(pair, (number = numbers.size))
    of[i] = number
  }
  return { of, count: numbers.size }
}
