import type { KernelSet } from './kernel-pool.ts'
import { addOutOfBag } from './plain/add-out-of-bag.ts'
import { addRows } from './plain/add-rows.ts'
import { addLeafValues, addTree } from './plain/add-values.ts'
import { binRows } from './plain/bin-rows.ts'
import { countSlopes, drawRows } from './plain/draw-rows.ts'
import { fitBounds } from './plain/fit-bounds.ts'
import { growForestTree } from './plain/grow-forest-tree.ts'
import { addRare, countRare, listRare } from './plain/rare-rows.ts'
import { searchSplits } from './plain/search-splits.ts'
import { roundSlopes, roundWeighted, slopes, sumRows } from './plain/slopes.ts'
import { placeRows, splitRows } from './plain/split-rows.ts'

/** The kernels that grow trees; each twin names its source in assembly/. */
export const trainingKernels: KernelSet = {
  module: 'training',
  twins: Object.fromEntries(
    [
      [fitBounds, binRows, slopes, roundSlopes, roundWeighted, sumRows, drawRows, countSlopes],
      [growForestTree, addOutOfBag],
      [countRare, listRare, addRare],
      [addRows, searchSplits, splitRows, placeRows, addLeafValues, addTree],
    ]
      .flat()
      .map((twin) => [twin.name, twin]),
  ),
}
