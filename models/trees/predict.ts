import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Dataset } from '../../core/dataset.ts'
import type { PredictOptions } from '../estimator.ts'
import { throwIfAborted } from '../guards.ts'
import { createBinner, wordsFor } from './binned-matrix.ts'
import type { TreeEnsemble } from './ensemble.ts'
import { bySet, missingLeft, type Tree } from './tree.ts'

/** Rows binned and scored together: their bins and the tree at hand stay in the nearest caches. */
const tileRows = 512
/** Tiles between two looks at the event loop. */
const tilesPerTurn = 64

/** Base + sum of leaf values by row. Bins the rows tile by tile with the training bins, so that a row meets the same cuts. */
export async function predictScores(
  ensemble: TreeEnsemble,
  x: Dataset,
  options: PredictOptions & { where: string },
): Promise<Float64Array> {
  const { features, base, trees } = ensemble
  const binners = features.map((bins) => createBinner(x, bins, options.where))
  const stride = 4 * wordsFor(features.length)
  const tile = new Uint8Array(tileRows * stride)
  const bytes = new Uint8Array(tileRows)
  const scores = new Float64Array(x.rowCount).fill(base)
  for (let begin = 0, turn = 1; begin < x.rowCount; begin += tileRows, turn++) {
    const rows = Math.min(tileRows, x.rowCount - begin)
    for (let f = 0; f < features.length; f++) {
      if (ensemble.splits[f] === 0) continue
      binners[f]!(bytes.subarray(0, rows), begin)
      for (let i = 0, at = f; i < rows; i++, at += stride) tile[at] = bytes[i]!
    }
    const scored = scores.subarray(begin, begin + rows)
    for (const tree of trees) addTree(scored, tree, { tile, stride })
    throwIfAborted(options.signal, options.where)
    if (turn % tilesPerTurn === 0) await nextTurn()
  }
  return scores
}

/** Adds the tree's value to each row of the tile. */
function addTree(scored: Float64Array, tree: Tree, { tile, stride }: { tile: Uint8Array; stride: number }): void {
  const { feature, cut, flags, left, right, sets, values } = tree
  const root = left.length === 0 ? -1 : 0
  for (let i = 0, base = 0; i < scored.length; i++, base += stride) {
    let node = root
    while (node >= 0) {
      const bin = tile[base + feature[node]!]!
      const flag = flags[node]!
      let goesLeft = bin <= cut[node]!
      if ((flag & bySet) !== 0) goesLeft = ((sets[(cut[node]! << 3) + (bin >>> 5)]! >>> (bin & 31)) & 1) === 1
      else if (bin === 255) goesLeft = (flag & missingLeft) !== 0
      node = goesLeft ? left[node]! : right[node]!
    }
    scored[i]! += values[~node]!
  }
}
