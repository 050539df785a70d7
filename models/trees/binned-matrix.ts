import { type Column, type Dataset, missingCode, sharedUint32, sharedUint8 } from '../../core/dataset.ts'
import { columnNamed } from '../guards.ts'
import { type FeatureBins, missingBin } from './bins.ts'

/**
 * Rows as bins, twice: `bytes` row by row for histograms, padded to whole words and seen as 32-bit `words` of four
 * features by the inner loops (little-endian, like every platform we run on); `columns` feature by feature for partitioning.
 */
export interface BinnedMatrix {
  readonly rowCount: number
  readonly wordsPerRow: number
  readonly words: Uint32Array
  readonly bytes: Uint8Array
  readonly columns: readonly Uint8Array[]
}

export const wordsFor = (featureCount: number): number => Math.ceil(featureCount / 4)

/** Bins `x`; columns are found by name. `poll` is called before every feature. */
export function binMatrix(
  x: Dataset,
  features: readonly FeatureBins[],
  where: string,
  poll: () => void = () => {},
): BinnedMatrix {
  const wordsPerRow = wordsFor(features.length)
  const words = sharedUint32(x.rowCount * wordsPerRow)
  const bytes = new Uint8Array(words.buffer)
  const columns = features.map((bins, f) => {
    poll()
    const column = sharedUint8(x.rowCount)
    createBinner(x, bins, where)(column, 0)
    for (let i = 0, at = f; i < column.length; i++, at += 4 * wordsPerRow) bytes[at] = column[i]!
    return column
  })
  return { rowCount: x.rowCount, wordsPerRow, words, bytes, columns }
}

/** Fills `target` with the bins of the rows from `begin` on. */
export type Binner = (target: Uint8Array, begin: number) => void

/** The binner of one feature over `x`; an EbbError of kind `data` where `x` lacks the column or has another kind. */
export function createBinner(x: Dataset, bins: FeatureBins, where: string): Binner {
  if (bins.kind === 'number') {
    const { values } = columnNamed(x, bins.name, { kind: 'number', where })
    const table = paddedBounds(bins.bounds)
    return (target, begin) => binNumbers(values, begin, { table, target })
  }
  const column = columnNamed(x, bins.name, { kind: 'category', where })
  const table = binOfCode(column, bins.levels)
  return (target, begin) => {
    for (let i = 0; i < target.length; i++) target[i] = table[column.codes[begin + i]!]!
  }
}

/** 256 bounds, +Infinity after the last: what the search without branches reads. */
function paddedBounds(bounds: Float32Array): Float32Array {
  const table = new Float32Array(256).fill(Infinity)
  table.set(bounds)
  return table
}

/** Number of bounds below the value, found in eight halvings; NaN has the missing bin. */
function binNumbers(values: Float32Array, begin: number, to: { table: Float32Array; target: Uint8Array }): void {
  const { table, target } = to
  for (let i = 0; i < target.length; i++) {
    const value = values[begin + i]!
    let bin = missingBin
    if (value === value) {
      bin = table[127]! < value ? 128 : 0
      bin += table[bin + 63]! < value ? 64 : 0
      bin += table[bin + 31]! < value ? 32 : 0
      bin += table[bin + 15]! < value ? 16 : 0
      bin += table[bin + 7]! < value ? 8 : 0
      bin += table[bin + 3]! < value ? 4 : 0
      bin += table[bin + 1]! < value ? 2 : 0
      bin += table[bin]! < value ? 1 : 0
    }
    target[i] = bin
  }
}

/** Bin of each of the 65,536 codes; levels are matched by name, unknown ones have the missing bin. */
export function binOfCode(column: Extract<Column, { kind: 'category' }>, levels: readonly string[]): Uint8Array {
  const table = new Uint8Array(missingCode + 1).fill(missingBin)
  const bins = new Map(levels.map((level, bin) => [level, bin]))
  for (const [code, level] of column.levels.entries()) table[code] = bins.get(level) ?? missingBin
  table[missingCode] = missingBin
  return table
}
