import type { LevelStatistic } from '../definition.ts'
import type { MeasureCode, SweepProgram } from './program.ts'
import type { Registers } from './registers.ts'
import { type Evaluate, valuesAt } from './window-rows.ts'

type LevelColumn = 'category' | 'channel'

/** So many levels fit into a set of bits; code 0 takes none. */
export const setLevels = 64

interface Making {
  readonly registers: Registers
  readonly program: SweepProgram
}

/** Different levels. */
export function distinctOf(code: MeasureCode, of: LevelColumn, { registers, program }: Making): Evaluate {
  if (program.levels[of] <= setLevels) return distinctBySets(code, of, { registers, program })
  const { kernels } = registers.thread
  const hits = registers.levelled(of, code.condition)
  const { tally, touched } = tallyOf(program.levels[of], registers)
  const { events } = registers
  return (rows, values, offset) => {
    const into = valuesAt(values, offset)
    kernels.countLevels(
      rows.address,
      hits.counts.byteOffset,
      hits.indexes.byteOffset,
      events[of].byteOffset,
      tally,
      touched,
      into,
    )
  }
}

/** Few levels: one bit each; an event without a level has none. Both columns share a set where they fit. */
function distinctBySets(code: MeasureCode, of: LevelColumn, { registers, program }: Making): Evaluate {
  const { kernels } = registers.thread
  const { category, channel } = program.levels
  const isShared = category + channel <= setLevels
  const shift = isShared && of === 'channel' ? category : 0
  const levels = program.levels[of]
  const unions = registers.levelUnions(code.condition, { of, shift, levels, isShared })
  return (rows, values, offset) =>
    kernels.countBits(unions.of(rows), rows.address, shift, levels, valuesAt(values, offset))
}

/** Code of the level of the last (first) event that has one; at one instant the greatest (least) counts. */
export function edgeLevelOf(
  code: MeasureCode,
  { of, isLast }: { of: LevelColumn; isLast: boolean },
  registers: Registers,
): Evaluate {
  const { kernels } = registers.thread
  const hits = registers.levelled(of, code.condition)
  const { events } = registers
  return (rows, values, offset) => {
    const { second, micro, [of]: level } = events
    kernels.findEdgeLevel(
      rows.address,
      hits.counts.byteOffset,
      hits.indexes.byteOffset,
      second.byteOffset,
      micro.byteOffset,
      level.byteOffset,
      isLast ? 1 : 0,
      valuesAt(values, offset),
    )
  }
}

/** As the kernel numbers them. */
const statistics: Readonly<Record<LevelStatistic, number>> = { topShare: 0, concentration: 1, entropy: 2 }

/** How events spread over levels; missing without events that have one. */
export function spreadOf(
  code: MeasureCode,
  { of, statistic }: { of: LevelColumn; statistic: LevelStatistic },
  { registers, program }: Making,
): Evaluate {
  const { kernels } = registers.thread
  const hits = registers.levelled(of, code.condition)
  const { tally, touched } = tallyOf(program.levels[of], registers)
  const { events } = registers
  const logarithms = registers.logarithms(program.logarithms)
  return (rows, values, offset) => {
    kernels.spreadLevels(
      rows.address,
      hits.counts.byteOffset,
      hits.indexes.byteOffset,
      events[of].byteOffset,
      tally,
      touched,
      statistics[statistic],
      logarithms.byteOffset,
      logarithms.length,
      valuesAt(values, offset),
    )
  }
}

/** Counters by code, and the list of those that are not 0, which is written one entry ahead. */
function tallyOf(levels: number, { thread }: Registers): { readonly tally: number; readonly touched: number } {
  const tally = thread.space.int32(levels + 1).fill(0)
  const touched = thread.space.int32(levels + 2)
  return { tally: tally.byteOffset, touched: touched.byteOffset }
}
