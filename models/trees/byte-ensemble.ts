import type { TreeEnsemble } from './ensemble.ts'
import { bySet, type Tree } from './tree.ts'

/** Bounds that one byte can count; 255 is the missing value. */
export const mostBounds = 254

/**
 * Where the trees read a row: one byte per column. Numbers: how many of the column's bounds lie below the value. Only bounds
 * that some tree splits at are there; a feature with more than 254 of them has several columns, each for the next 254.
 * Categories: the bin. Missing values are 255 in every column.
 */
export type ByteColumn =
  | { readonly kind: 'number'; readonly feature: number; readonly bounds: Float32Array }
  | { readonly kind: 'category'; readonly feature: number }

/** An ensemble over bytes. Features without splits have no column. */
export interface ByteEnsemble {
  readonly columns: readonly ByteColumn[]
  /** As those of the ensemble, but `feature` is a column and `cut` a byte, at most 254. */
  readonly trees: readonly Tree[]
  /** By feature: its first column; -1 = none. */
  readonly firstColumn: Int32Array
}

/** Where a bound of a feature has gone: its rank among the bounds in use; cuts behind the last bound are not in it. */
type Ranks = ReadonlyMap<number, number>

export function byteEnsemble({ features, trees }: TreeEnsemble): ByteEnsemble {
  const cuts = usedCuts(trees, features.length)
  const columns: ByteColumn[] = []
  const firstColumn = new Int32Array(features.length).fill(-1)
  const ranks: (Ranks | null)[] = features.map(() => null)
  for (const [f, bins] of features.entries()) {
    const used = cuts[f]
    if (used === undefined) continue
    firstColumn[f] = columns.length
    if (bins.kind === 'category') {
      columns.push({ kind: 'category', feature: f })
      continue
    }
    const kept = used.has(setCut) ? [...bins.bounds.keys()] : [...used].filter((cut) => cut < bins.bounds.length)
    kept.sort((a, b) => a - b)
    ranks[f] = new Map(kept.map((cut, rank) => [cut, rank]))
    for (let begin = 0; begin === 0 || begin < kept.length; begin += mostBounds) {
      const bounds = Float32Array.from(kept.slice(begin, begin + mostBounds), (cut) => bins.bounds[cut]!)
      columns.push({ kind: 'number', feature: f, bounds })
    }
  }
  return { columns, trees: trees.map((tree) => overBytes(tree, firstColumn, ranks)), firstColumn }
}

/** Stands for a split of a number by set: then all bounds are kept, as the bits of the set are bins. */
const setCut = -1

/** By feature: the cuts in use; undefined where no tree splits. */
function usedCuts(trees: readonly Tree[], featureCount: number): (Set<number> | undefined)[] {
  const cuts = new Array<Set<number> | undefined>(featureCount).fill(undefined)
  for (const { feature, cut, flags } of trees)
    for (let node = 0; node < feature.length; node++) {
      const f = feature[node]!
      const used = (cuts[f] ??= new Set())
      used.add((flags[node]! & bySet) === 0 ? cut[node]! : setCut)
    }
  return cuts
}

function overBytes(tree: Tree, firstColumn: Int32Array, ranks: readonly (Ranks | null)[]): Tree {
  const column = new Uint16Array(tree.feature.length)
  const cut = tree.cut.slice()
  for (let node = 0; node < column.length; node++) {
    const f = tree.feature[node]!
    column[node] = firstColumn[f]!
    if ((tree.flags[node]! & bySet) !== 0) continue
    const rank = ranks[f] === null ? cut[node]! : ranks[f]!.get(cut[node]!)
    if (rank === undefined) {
      cut[node] = mostBounds // behind the last bound: every value goes left
      continue
    }
    column[node]! += ranks[f] === null ? 0 : Math.floor(rank / mostBounds)
    cut[node] = ranks[f] === null ? Math.min(rank, mostBounds) : rank % mostBounds
  }
  return { ...tree, feature: column, cut }
}
