import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Column, type Dataset, missingCode } from '../../core/dataset.ts'
import type { ContributionBlock, PredictOptions } from '../estimator.ts'
import { throwIfAborted } from '../guards.ts'
import type { FeatureBins } from '../trees/bins.ts'
import type { TreeEnsemble } from '../trees/ensemble.ts'
import type { ColumnSources } from '../trees/staged-columns.ts'
import type { Anatomy } from './anatomy.ts'
import { createDirectWalk, type DirectWalk, type RowValues } from './direct-walk.ts'
import { walkBytes } from './walk-plan.ts'

/** To make a model ready takes longer than walking so many rows straight down its trees, of 31 leaves as of 255. */
export const mostFirstRows = 4

type Options = PredictOptions & { readonly where: string }

/** The first few rows that a model explains, without making it ready. The bits are those of a model that is. */
export interface FirstRows {
  /** Whether these rows, too, are among the first; true counts them. */
  takes(x: Dataset, options: Options): boolean
  blocks(x: Dataset, sources: ColumnSources, options: Options): AsyncGenerator<ContributionBlock>
}

/** None of a model that needs several batches, whose sums are others, and none where the caller chooses the kernels. */
export function createFirstRows(
  { features }: TreeEnsemble,
  anatomies: readonly Anatomy[],
  { batchBytes, firstRows }: { batchBytes: number; firstRows: number },
): FirstRows {
  const isOneBatch = anatomies.reduce((sum, anatomy) => sum + walkBytes(anatomy), 0) < batchBytes
  let left = isOneBatch ? firstRows : 0
  let walk: DirectWalk | null = null
  return {
    takes({ rowCount }, { kernels = 'auto' }) {
      if (kernels !== 'auto' || rowCount > left) return false
      left -= rowCount
      return true
    },
    async *blocks({ rowCount }, sources, { signal, where }) {
      throwIfAborted(signal, where)
      if (rowCount === 0) return
      walk ??= createDirectWalk(anatomies, features)
      const values = new Float64Array(rowCount * features.length)
      for (let row = 0; row < rowCount; row++) {
        if (row > 0) await nextTurn()
        throwIfAborted(signal, where)
        const own = values.subarray(row * features.length, (row + 1) * features.length)
        walk(rowOf(features, sources, row), own)
      }
      yield { begin: 0, rowCount, values }
    },
  }
}

function rowOf(features: readonly FeatureBins[], sources: ColumnSources, row: number): RowValues {
  const values = new Float64Array(features.length)
  for (const [feature, column] of sources)
    values[feature] = column.kind === 'number' ? column.values[row]! : binOf(features[feature]!, column, row)
  return values
}

/** NaN where the level has no bin. */
function binOf(bins: FeatureBins, { codes, levels }: Extract<Column, { kind: 'category' }>, row: number): number {
  const code = codes[row]!
  const level = code === missingCode ? undefined : levels[code]
  const bin = bins.kind === 'category' && level !== undefined ? bins.levels.lastIndexOf(level) : -1
  return bin < 0 ? Number.NaN : bin
}
