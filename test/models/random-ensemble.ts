import { type Column, type Dataset, missingCode } from '../../core/dataset.ts'
import type { Random } from '../../core/random.ts'
import type { FeatureBins } from '../../models/trees/bins.ts'
import { createEnsemble, type TreeEnsemble } from '../../models/trees/ensemble.ts'
import { bySet, missingLeft, type Tree } from '../../models/trees/tree.ts'

export interface RandomShape {
  readonly features: number
  readonly leaves: number
  readonly trees: number
  /** Probability that the leaf split next is the newest one: 1 makes a chain. */
  readonly chain: number
}

const bound = 12

/** Even features are numbers with bins 0 … 12, odd ones categories with 12 levels. */
export function randomEnsemble(random: Random, shape: RandomShape): TreeEnsemble {
  const features = Array.from({ length: shape.features }, (_, f): FeatureBins => {
    const name = `f${String(f).padStart(3, '0')}`
    if (f % 2 === 0)
      return { name, kind: 'number', bounds: Float32Array.from({ length: bound }, (_, b) => b), binCount: bound + 1 }
    return { name, kind: 'category', levels: Array.from({ length: bound }, (_, b) => `level ${b}`), binCount: bound }
  })
  const trees = Array.from({ length: shape.trees }, () => randomTree(random, features, shape))
  return createEnsemble(features, random.normal(), {
    trees,
    gains: trees.map((tree) => Array.from(tree.feature, () => 1)),
  })
}

/** Splits need not make sense: some send everything to one side, also where a path is already empty. */
function randomTree(random: Random, features: readonly FeatureBins[], { leaves, chain }: RandomShape): Tree {
  const nodes = leaves - 1
  const left = new Int32Array(nodes)
  const right = new Int32Array(nodes)
  const sets: number[] = []
  const flags = new Uint8Array(nodes)
  const feature = Uint16Array.from({ length: nodes }, () => random.integer(features.length))
  const cut = new Uint32Array(nodes)
  const hangs: { children: Int32Array; node: number }[] = [{ children: new Int32Array(1), node: 0 }]
  for (let node = 0; node < nodes; node++) {
    const leaf = random.next() < chain ? hangs.length - 1 : random.integer(hangs.length)
    const { children, node: above } = hangs[leaf]!
    children[above] = node
    hangs[leaf] = { children: left, node }
    hangs.push({ children: right, node })
    if (features[feature[node]!]!.kind === 'category') {
      flags[node] = bySet
      cut[node] = sets.length / 8
      for (let word = 0; word < 8; word++) sets.push(random.uint32())
    } else {
      flags[node] = random.next() < 0.5 ? missingLeft : 0
      cut[node] = random.integer(bound)
    }
  }
  for (const [leaf, { children, node }] of hangs.entries()) children[node] = ~leaf
  return {
    feature,
    cut,
    flags,
    left,
    right,
    sets: Uint32Array.from(sets),
    values: Float64Array.from({ length: leaves }, () => random.normal()),
    leafRows: Uint32Array.from({ length: leaves }, () => 1 + random.integer(random.integer(2) === 0 ? 5 : 500)),
  }
}

/** Rows for `randomEnsemble`; one value in eight is missing, categories hold one level that training has not seen. */
export function randomRows(random: Random, { features }: TreeEnsemble, rowCount: number): Dataset {
  const columns = features.map((bins): Column => {
    const draws = Array.from({ length: rowCount }, () => random.integer(16))
    if (bins.kind === 'number')
      return { kind: 'number', values: Float32Array.from(draws, (draw) => (draw >= 14 ? Number.NaN : draw)) }
    return {
      kind: 'category',
      codes: Uint16Array.from(draws, (draw) => (draw >= 14 ? missingCode : Math.min(draw, bound))),
      levels: [...bins.levels, 'never seen'],
    }
  })
  return {
    names: features.map(({ name }) => name),
    columns,
    rowCount,
    users: Uint32Array.from({ length: rowCount }, (_, i) => i),
    cutoffs: new Uint16Array(rowCount),
  }
}
