import type { Dataset } from '../../core/dataset.ts'
import { EbbError } from '../../core/errors.ts'
import type { Fit } from '../estimator.ts'
import { throwIfAborted } from '../guards.ts'
import { fitBinsInSpace } from '../trees/bin-space.ts'
import type { FeatureBins } from '../trees/bins.ts'
import type { TreeEnsemble } from '../trees/ensemble.ts'
import { presentRows } from '../trees/present-rows.ts'
import { createTreeSpace, featureBytes, type TreeSpace } from '../trees/tree-space.ts'
import type { Part } from './boost-space.ts'
import { type Boosted, boost } from './boost.ts'
import { holdOutUsers } from './hold-out-users.ts'
import type { GbdtParameters } from './parameters.ts'

/** Cells (rows x features) below which other threads cost more than they bring. */
const cellsWorthThreads = 200_000

export interface FittedGbdt extends Boosted {
  readonly bins: readonly FeatureBins[]
}

/** Zero-weight rows are left out before anything is looked at: not even their values make bins. */
export async function fitGbdt(parameters: GbdtParameters, data: Fit, start: TreeEnsemble | null): Promise<FittedGbdt> {
  const { random, signal, emit } = data
  const { learn, watch } = partsOf(parameters, data)
  throwIfAborted(signal, 'fit gbdt')
  const directions = directionsOf(parameters, start?.features ?? null, data.train)
  const churnWeight = churnWeightOf(parameters, learn)
  const space = spaceFor(parameters, data, { learn, watch })
  try {
    throwIfAborted(signal, 'fit gbdt')
    const bins = start?.features ?? fitBinsInSpace(space, learn.x, learn.rows, parameters.maxBins)
    const task = { space, bins, learn, watch, start, parameters, churnWeight, directions, random, signal, emit }
    return { bins, ...(await boost(task)) }
  } finally {
    space.pool.close()
  }
}

/** Without rows to watch, some users of train are held back for early stopping. */
function partsOf(
  { earlyStopping }: GbdtParameters,
  { train: x, y, valid, random, signal }: Fit,
): { learn: Part; watch: Part | null } {
  const rows = presentRows(x)
  if (earlyStopping === 0) return { learn: { x, y, rows }, watch: null }
  const watched = valid === undefined ? new Uint32Array() : presentRows(valid.x)
  if (valid !== undefined && watched.length > 0)
    return { learn: { x, y, rows }, watch: { x: valid.x, y: valid.y, rows: watched } }
  throwIfAborted(signal, 'fit gbdt')
  const { learn, watch } = holdOutUsers(x, y, rows, random.child('hold-out'))
  return { learn: { x, y, rows: learn }, watch: watch.length === 0 ? null : { x, y, rows: watch } }
}

/** `balanced`: churned rows together weigh as much as the others. */
function churnWeightOf({ churnWeight }: GbdtParameters, { x, y, rows }: Part): number {
  if (churnWeight !== 'balanced') return churnWeight
  const weights: [number, number] = [0, 0]
  for (const row of rows) weights[y[row] === 1 ? 1 : 0] += x.weights?.[row] ?? 1
  return weights[0] / weights[1]
}

/** By feature in the order of the bins: 1 = increasing, -1 = decreasing; an EbbError of kind `config` for others. */
function directionsOf({ monotone }: GbdtParameters, bins: readonly FeatureBins[] | null, x: Dataset): Int8Array | null {
  const wanted = Object.entries(monotone)
  if (wanted.length === 0) return null
  const names = bins?.map(({ name }) => name) ?? [...x.names].sort((a, b) => (a < b ? -1 : 1))
  const directions = new Int8Array(names.length)
  for (const [name, direction] of wanted) {
    const at = names.indexOf(name)
    const kind = at < 0 ? 'no such feature' : x.columns[x.names.indexOf(name)]?.kind
    if (kind !== 'number')
      throw new EbbError({
        code: 'FIT_MONOTONE',
        kind: 'config',
        where: `fit gbdt, monotone."${name}"`,
        what: 'only a number can rise or fall',
        expected: 'the name of a number feature',
        received: kind ?? 'no such feature',
      })
    directions[at] = direction === 'increasing' ? 1 : -1
  }
  return directions
}

function spaceFor(
  parameters: GbdtParameters,
  { resources, signal }: Fit,
  { learn, watch }: { learn: Part; watch: Part | null },
): TreeSpace {
  const features = learn.x.names.length
  const rows = learn.rows.length
  const size = {
    rows,
    watchRows: watch?.rows.length ?? 0,
    features,
    maxLeaves: Math.max(2, Math.min(parameters.maxLeaves, rows)),
    histograms: Math.floor(resources.memoryBytes / 4 / (featureBytes * Math.max(features, 1))),
    hasWeights: learn.x.weights !== undefined || parameters.churnWeight !== 1,
    hasWatchWeights: watch?.x.weights !== undefined,
    countsSlopes: parameters.gossTop > 0,
    listsRare: true,
  }
  const threads = rows * features < cellsWorthThreads ? 1 : resources.threads
  return createTreeSpace(size, { threads, kernels: parameters.kernels, where: 'fit gbdt', signal })
}
