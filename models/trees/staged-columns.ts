import { type Column, type Dataset, missingCode } from '../../core/dataset.ts'
import { columnNamed } from '../guards.ts'
import type { KernelMemory } from '../kernels/kernel-memory.ts'
import type { MemoryPlan } from '../kernels/memory-plan.ts'
import { type FeatureBins, missingBin } from './bins.ts'
import type { ByteColumn, ByteEnsemble } from './byte-ensemble.ts'

/** The columns of a dataset on their way into kernel memory, some rows at a time; `fill-bytes.ts` reads them there. */
export interface StagedColumns {
  /** Address of the descriptions. */
  readonly address: number
  readonly count: number
  /** Writes what does not depend on rows; returns what copies rows begin … begin + rows - 1. */
  bind(memory: KernelMemory, sources: ColumnSources): (begin: number, rows: number) => void
}

/** Columns of a dataset by feature of the ensemble. */
export type ColumnSources = ReadonlyMap<number, Column>

/** Finds the features that are split on by name; an EbbError of kind `data` names one that is missing or of another kind. */
export function findColumns(
  { columns }: ByteEnsemble,
  features: readonly FeatureBins[],
  { x, where }: { x: Dataset; where: string },
): ColumnSources {
  return new Map(
    columns.map(({ feature, kind }) => [feature, columnNamed(x, features[feature]!.name, { kind, where })]),
  )
}

/** Room for `rows` rows at a time of all features that are split on. */
export function stageColumns(
  plan: MemoryPlan,
  { columns }: ByteEnsemble,
  { features, rows }: { features: readonly FeatureBins[]; rows: number },
): StagedColumns {
  const address = plan.reserve(16 * columns.length)
  const rooms = new Map<number, number>()
  for (const { feature, kind } of columns)
    if (!rooms.has(feature)) rooms.set(feature, plan.reserve((kind === 'number' ? 4 : 2) * rows))
  const tables = columns.map((column) =>
    plan.reserve(column.kind === 'number' ? 4 << stepsOf(column) : missingCode + 1),
  )
  return {
    address,
    count: columns.length,
    bind(memory, sources) {
      for (const [c, column] of columns.entries()) {
        const steps = column.kind === 'number' ? stepsOf(column) : 0
        const words = [column.kind === 'number' ? 0 : 1, steps, rooms.get(column.feature)!, tables[c]!]
        memory.u32.set(words, address / 4 + 4 * c)
        const source = sources.get(column.feature)!
        writeTable(memory, tables[c]!, { column, source, bins: features[column.feature]! })
      }
      return (begin, rowCount) => {
        for (const [feature, room] of rooms) {
          const column = sources.get(feature)!
          if (column.kind === 'number') memory.f32.set(column.values.subarray(begin, begin + rowCount), room / 4)
          else memory.u16.set(column.codes.subarray(begin, begin + rowCount), room / 2)
        }
      }
    },
  }
}

/** Halvings until the place among the bounds is known. */
const stepsOf = ({ bounds }: Extract<ByteColumn, { kind: 'number' }>): number => Math.ceil(Math.log2(bounds.length + 1))

function writeTable(
  { f32, u8 }: KernelMemory,
  address: number,
  { column, source, bins }: { column: ByteColumn; source: Column; bins: FeatureBins },
): void {
  if (column.kind === 'number') {
    f32.fill(Infinity, address / 4, address / 4 + (1 << stepsOf(column)))
    f32.set(column.bounds, address / 4)
  } else if (source.kind === 'category' && bins.kind === 'category')
    u8.set(bytesByCode(source.levels, bins.levels), address)
}

/** Bin of each of the 65,536 codes; levels are matched by name, unknown ones are missing. */
function bytesByCode(levels: readonly string[], known: readonly string[]): Uint8Array {
  const table = new Uint8Array(missingCode + 1).fill(missingBin)
  const bins = new Map(known.map((level, bin) => [level, bin]))
  for (const [code, level] of levels.entries()) table[code] = bins.get(level) ?? missingBin
  table[missingCode] = missingBin
  return table
}
