import { bySet, missingLeft, type Tree } from '../trees/tree.ts'
import type { FeatureBins } from '../trees/bins.ts'
import { setOf } from '../trees/score-image.ts'
import type { Anatomy } from './anatomy.ts'
import { type WalkTimes, walkTimes } from './walk-plan.ts'

/** A row by feature of the ensemble: its number, or its category's bin; NaN = missing. */
export type RowValues = Float64Array

/** Adds a row's contributions, feature by feature, to a full row of them. */
export type DirectWalk = (row: RowValues, phi: Float64Array) => void

/**
 * The walk of walk-plan.ts straight down the trees, nothing written before: for the first rows of a model. The same arithmetic in the
 * same order as the kernel `explainRows`, so the same bits; several times its work per row.
 */
export function createDirectWalk(anatomies: readonly Anatomy[], features: readonly FeatureBins[]): DirectWalk {
  const bounds = features.map((bins) => (bins.kind === 'number' ? bins.bounds : null))
  const grown = anatomies.filter(({ mostFeatures }) => mostFeatures > 0)
  const known = new Map<number, WalkTimes>()
  const all = grown.map((anatomy) => {
    const times = known.get(anatomy.mostFeatures) ?? walkTimes(anatomy)
    known.set(anatomy.mostFeatures, times)
    return { anatomy, times }
  })
  const edges = all.reduce((most, { anatomy }) => Math.max(most, anatomy.share.length), 0)
  const entries = all.reduce((most, { anatomy, times }) => Math.max(most, anatomy.share.length * times.size), 0)
  const room = { states: new Uint8Array(edges), vectors: new Float64Array(entries) }
  return (row, phi) => {
    for (const { anatomy, times } of all) {
      goDown(anatomy, times, room, { row, bounds })
      comeBack(anatomy, times, room, phi)
    }
  }
}

interface Room {
  /** By edge: 0 = the row fails a split of the same feature further up, 1 = it fails this one first, 2 = it passes. */
  readonly states: Uint8Array
  /** By edge: the product of all factors on the path; on the way back, the sum over the leaves below. */
  readonly vectors: Float64Array
}

interface Row {
  readonly row: RowValues
  /** By feature; null = categories. */
  readonly bounds: readonly (Float32Array | null)[]
}

function isLeft(tree: Tree, node: number, { row, bounds }: Row): boolean {
  const feature = tree.feature[node]!
  const value = row[feature]!
  const own = bounds[feature]!
  if ((tree.flags[node]! & bySet) !== 0) {
    const bin = binOf(value, own)
    return ((setOf(tree, node)[bin >>> 5]! >>> (bin & 31)) & 1) === 1
  }
  if (value !== value) return (tree.flags[node]! & missingLeft) !== 0
  const cut = tree.cut[node]!
  return own === null ? value <= cut : cut >= own.length || value <= own[cut]!
}

/** Bit of a set; numbers are split by sets in imported models only. */
function binOf(value: number, bounds: Float32Array | null): number {
  if (value !== value) return 255
  if (bounds === null) return value
  let bin = 0
  while (bin < bounds.length && bounds[bin]! < value) bin++
  return Math.min(bin, 254)
}

const valueOf = ({ values }: Tree, child: number): number => (child < 0 ? values[~child]! : 1)

/** Nodes in their order: parents come first. Of a node's two edges the row passes one, or none when it failed further up. */
function goDown({ tree, edgeInto, sameAbove, share }: Anatomy, times: WalkTimes, room: Room, row: Row): void {
  const { size, t, rest, weights } = times
  const { states, vectors } = room
  for (let node = 0; node < edgeInto.length; node++) {
    const into = edgeInto[node]!
    const above = sameAbove[node]!
    const source = into < 0 ? weights : vectors
    const from = into < 0 ? 0 : into * size
    const z = above < 0 ? 1 : share[above]!
    const hasFailed = above >= 0 && states[above] !== 2
    const left = hasFailed || isLeft(tree, node, row) ? 1 : 0
    const passed = 2 * node + 1 - left
    const other = 2 * node + left
    const straight = valueOf(tree, left === 1 ? tree.left[node]! : tree.right[node]!)
    const scaled = straight * share[passed]!
    const missed = valueOf(tree, left === 1 ? tree.right[node]! : tree.left[node]!) * share[other]!
    const to = passed * size
    const away = other * size
    states[passed] = hasFailed ? 0 : 2
    states[other] = hasFailed ? 0 : 1
    if (hasFailed) {
      const [hot, cold] = [scaled / z, missed / z]
      for (let q = 0; q < size; q++) {
        vectors[to + q] = source[from + q]! * hot
        vectors[away + q] = source[from + q]! * cold
      }
    } else
      for (let q = 0; q < size; q++) {
        const product = above < 0 ? source[from + q]! : source[from + q]! * (1 / (z * rest[q]! + t[q]!))
        const fails = product * rest[q]!
        vectors[to + q] = scaled * fails + straight * (product * t[q]!)
        vectors[away + q] = missed * fails
      }
  }
}

/** Nodes from the last to the first: children come first. What the edge of the same feature above has counted is taken back. */
function comeBack(
  { tree, edgeInto, sameAbove, share }: Anatomy,
  times: WalkTimes,
  room: Room,
  phi: Float64Array,
): void {
  const { size, t, rest, inverseRest } = times
  const { states, vectors } = room
  for (let node = edgeInto.length - 1; node >= 0; node--) {
    const to = Math.max(0, edgeInto[node]!) * size // the root's sum is written where nobody reads again
    const state = states[2 * node]!
    const passed = 2 * node + (state === 1 ? 1 : 0)
    const leaves = passed * size
    const others = (4 * node + 1 - passed) * size
    const above = sameAbove[node]!
    const z = share[passed]!
    const zAbove = above < 0 ? 1 : share[above]!
    let pull = 0
    for (let lane = 0; lane < 2; lane++) {
      // Even and odd q apart, as the kernel's vectors of two have them.
      let [gained, lost, counted] = [0, 0, 0]
      for (let q = lane; q < size; q += 2) {
        const a = vectors[leaves + q]!
        const b = vectors[others + q]!
        vectors[to + q] = a + b
        if (state === 0) continue
        gained += a * (1 / (z * rest[q]! + t[q]!))
        lost += b * inverseRest[q]!
        if (above >= 0) counted += (a + b) * (1 / (zAbove * rest[q]! + t[q]!))
      }
      pull += (1 - z) * gained - lost - (1 - zAbove) * counted
    }
    if (state !== 0) phi[tree.feature[node]!]! += pull
  }
}
