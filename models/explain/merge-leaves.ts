import { type CodeClasses, type Numbering, tuples } from './code-classes.ts'
import type { LeafPath } from './leaf-paths.ts'

/** Leaves of one tree that share a table. Two classes of a feature have one state when they pass the same of its leaves. */
export interface LeafGroup {
  readonly leaves: readonly LeafPath[]
  /** By place of a feature in the tree's list: states by class; undefined where no leaf of the group has the feature. */
  readonly states: readonly (Numbering | undefined)[]
  readonly features: readonly number[]
  /** Product of the numbers of states: entries of the table per feature. */
  readonly cells: number
}

/** Tables up to so many cells stay in the nearest caches; beyond it groups merge only when no cells are added. */
const mostCells = 1024
/** Leaves among which pairs are looked for; bounds the time for trees of thousands of leaves. */
const neighbours = 64

/**
 * Merges leaves, best pair first, so that a row needs fewer look-ups: worth of a pair = features shared (each saves one
 * look-up) less a quarter of the doublings of the larger table.
 */
export function mergeLeaves(paths: readonly LeafPath[], classes: readonly CodeClasses[]): LeafGroup[] {
  const single = paths.map((path) => groupOf(path, classes))
  const groups: LeafGroup[] = []
  for (let i = 0; i < single.length; i += neighbours) groups.push(...mergeGreedily(single.slice(i, i + neighbours)))
  return groups
}

function groupOf(path: LeafPath, classes: readonly CodeClasses[]): LeafGroup {
  const states: (Numbering | undefined)[] = classes.map(() => undefined)
  let cells = 1
  for (const [j, place] of path.features.entries()) {
    const passes = { of: Uint16Array.from(path.passes[j]!), count: 2 }
    states[place] = tuples(passes, passes)
    cells *= states[place].count
  }
  return { leaves: [path], states, features: path.features, cells }
}

interface Pair {
  readonly a: LeafGroup
  readonly b: LeafGroup
  readonly worth: number
  readonly cells: number
}

function mergeGreedily(single: readonly LeafGroup[]): LeafGroup[] {
  const count = createCounter()
  let groups = [...single]
  let pairs: Pair[] = []
  const add = (a: LeafGroup, others: readonly LeafGroup[]): void => {
    for (const b of others) {
      const pair = pairOf(a, b, count)
      if (pair !== null) pairs.push(pair)
    }
  }
  for (const [i, group] of groups.entries()) add(group, groups.slice(0, i))
  while (pairs.length > 0) {
    const { a, b } = pairs.reduce((best, pair) => (isBetter(pair, best) ? pair : best))
    const merged = merge(a, b)
    const isApart = (group: LeafGroup): boolean => group !== a && group !== b
    groups = groups.filter(isApart)
    pairs = pairs.filter((pair) => isApart(pair.a) && isApart(pair.b))
    add(merged, groups)
    groups.push(merged)
  }
  return groups
}

const isBetter = (pair: Pair, best: Pair): boolean =>
  pair.worth > best.worth || (pair.worth === best.worth && pair.cells < best.cells)

/** Null when the two share nothing or their table would be too large. */
function pairOf(a: LeafGroup, b: LeafGroup, count: (a: Numbering, b: Numbering) => number): Pair | null {
  const larger = Math.max(a.cells, b.cells)
  const most = Math.max(mostCells, larger)
  let shared = 0
  let cells = a.cells
  for (const place of b.features) {
    const mine = a.states[place]
    const other = b.states[place]!
    if (mine !== undefined) shared++
    cells = mine === undefined ? cells * other.count : (cells / mine.count) * count(mine, other)
    if (cells > most) return null // no feature makes it smaller
  }
  return shared === 0 ? null : { a, b, cells, worth: shared - 0.25 * Math.log2(cells / larger) }
}

function merge(a: LeafGroup, b: LeafGroup): LeafGroup {
  const states = a.states.map((mine, place) => {
    const other = b.states[place]
    return mine === undefined || other === undefined ? (mine ?? other) : tuples(mine, other)
  })
  const features = [...a.features, ...b.features.filter((place) => a.states[place] === undefined)]
  const cells = features.reduce((product, place) => product * states[place]!.count, 1)
  return { leaves: [...a.leaves, ...b.leaves], states, features, cells }
}

/** Counts distinct pairs as `tuples` does, without numbering them: this is asked for every pair of groups. Infinity = too many to tell. */
function createCounter(): (a: Numbering, b: Numbering) => number {
  const seen = new Uint32Array(1 << 18)
  let stamp = 0
  return (a, b) => {
    if (a.count * b.count > seen.length) return Infinity
    stamp++
    let count = 0
    for (let i = 0; i < a.of.length; i++) {
      const pair = a.of[i]! * b.count + b.of[i]!
      if (seen[pair] === stamp) continue
      seen[pair] = stamp
      count++
    }
    return count
  }
}
