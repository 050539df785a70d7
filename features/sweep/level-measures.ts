import type { LevelStatistic } from '../definition.ts'
import type { MeasureCode, SweepProgram } from './program.ts'
import { addresses, type Registers } from './registers.ts'
import { type Evaluate, rowAddresses, valuesAt } from './window-rows.ts'

type LevelColumn = 'category' | 'channel'

/** So many levels fit into a set of bits; code 0 takes none. */
const setLevels = 64

interface Making {
  readonly registers: Registers
  readonly program: SweepProgram
}

/** Different levels. */
export function distinctOf(code: MeasureCode, of: LevelColumn, { registers, program }: Making): Evaluate {
  if (program.levels[of] <= setLevels) return distinctBySets(code, of, { registers, program })
  const { kernels } = registers.thread
  const hits = registers.levelled(of, code.condition)
  const tally = tallyOf(program.levels[of], registers)
  const { events } = registers
  return (rows, values, offset) => {
    const into = valuesAt(values, offset)
    kernels.countLevels(...rowAddresses(rows), ...addresses(hits), events[of].byteOffset, ...tally, into)
  }
}

/** Few levels: one bit each; an event without a level has none. Both columns share a set where they fit. */
function distinctBySets(code: MeasureCode, of: LevelColumn, { registers, program }: Making): Evaluate {
  const { kernels } = registers.thread
  const { category, channel } = program.levels
  const isShared = category + channel <= setLevels
  const shift = isShared && of === 'channel' ? category : 0
  const bits = program.levels[of]
  const unions = registers.levelUnions(code.condition, { of, shift, isShared })
  return (rows, values, offset) => kernels.countBits(unions.of(rows), rows.count, shift, bits, valuesAt(values, offset))
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
    const columns = [events.second.byteOffset, events.micro.byteOffset, events[of].byteOffset] as const
    const into = valuesAt(values, offset)
    kernels.findEdgeLevel(...rowAddresses(rows), ...addresses(hits), ...columns, isLast ? 1 : 0, into)
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
  const tally = tallyOf(program.levels[of], registers)
  const { events } = registers
  const logarithms = registers.logarithms(program.logarithms)
  return (rows, values, offset) => {
    const how = [statistics[statistic], logarithms.byteOffset, logarithms.length] as const
    const into = valuesAt(values, offset)
    kernels.spreadLevels(...rowAddresses(rows), ...addresses(hits), events[of].byteOffset, ...tally, ...how, into)
  }
}

/** Counters by code, and the list of those that are not 0, which is written one entry ahead. */
function tallyOf(levels: number, { thread }: Registers): readonly [tally: number, touched: number] {
  return [thread.space.int32(levels + 1).fill(0).byteOffset, thread.space.int32(levels + 2).byteOffset]
}
