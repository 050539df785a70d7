import { type Dataset, sliceRows } from '../core/dataset.ts'
import type { ContributionBlock, Explanation } from './estimator.ts'
import { throwIfAborted } from './guards.ts'

/** All contributions at once: rowCount x names, row-major. */
export interface Contributions {
  readonly bias: number
  readonly names: readonly string[]
  readonly values: Float64Array
}

/** Holds every row's contributions: for few rows, or few features; `strongestReasons` needs no such room. */
export async function contributionsOf(explanation: Explanation): Promise<Contributions> {
  const { bias, names, rowCount } = explanation
  const values = new Float64Array(rowCount * names.length)
  for await (const block of explanation.blocks()) values.set(block.values, block.begin * names.length)
  return { bias, names, values }
}

const blockRows = 4096

export interface BlockTask {
  readonly x: Dataset
  readonly names: readonly string[]
  readonly bias: number
  /** The caller, in errors. */
  readonly where: string
  readonly signal: AbortSignal | undefined
}

/** An explanation of a model that explains rows one by one: `fill` writes those of `rows` into `values`, which are 0. */
export function explainInBlocks(
  { x, names, bias, where, signal }: BlockTask,
  fill: (rows: Dataset, values: Float64Array) => void,
): Explanation {
  async function* blocks(): AsyncGenerator<ContributionBlock> {
    for (let begin = 0; begin < x.rowCount; begin += blockRows) {
      throwIfAborted(signal, where)
      const rowCount = Math.min(blockRows, x.rowCount - begin)
      const values = new Float64Array(rowCount * names.length)
      fill(sliceRows(x, begin, begin + rowCount), values)
      yield { begin, rowCount, values }
    }
  }
  return { bias, names, rowCount: x.rowCount, blocks }
}
