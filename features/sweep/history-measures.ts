import type { MeasureFeature } from '../definition.ts'
import type { BatchRows } from './batch-rows.ts'
import type { ChosenUsers } from './chosen-users.ts'
import { units } from './event-measures.ts'
import { HistoryStates } from './history-states.ts'
import type { KernelThread } from './kernels/sweep-kernels.ts'
import { setLevels } from './level-measures.ts'
import type { MeasureCode, SweepProgram } from './program.ts'
import type { RowValues } from './row-values.ts'

const secondsPerDay = 86_400

/** Writes the values of so many rows from an address on; `cutoff`: address of their day numbers. */
type Evaluate = (rows: number, cutoff: number, into: number) => void

interface Making {
  readonly code: MeasureCode
  readonly program: SweepProgram
  readonly states: HistoryStates
  readonly thread: KernelThread
}

type Of<M extends MeasureFeature['measure']> = Extract<MeasureFeature, { readonly measure: M }>

/** What kernels call the statistics of intervals, of days, of sums. */
const intervals = { mean: 0, sd: 1 } as const
const activeDays = 0
const gaps = { count: 1, mean: 2, sd: 3, first: 4 } as const
const sums = { plain: 0, orMissing: 1, mean: 2 } as const

const makers: {
  readonly [M in MeasureFeature['measure']]?: (making: Making, feature: Of<M>) => Evaluate
} = {
  count: (making) => hits(making),
  last: (making) => sinceLast(making),
  first: (making) => sinceFirst(making),
  activeDays: (making) => ofDays(making, activeDays),
  gaps: (making, { of, silentDays }) => {
    if (of === 'max') return longestGap(making)
    return of === 'daysSinceReturn' ? sinceReturn(making, silentDays ?? 0) : ofDays(making, gaps[of])
  },
  intervals: (making, { of }) => ofIntervals(making, intervals[of]),
  sum: (making, { of, whenEmpty }) => summed(making, of, whenEmpty === 'zero' ? sums.plain : sums.orMissing),
  mean: (making, { of }) => summed(making, of, sums.mean),
  min: (making, { of }) => extreme(making, of, -1),
  max: (making, { of }) => extreme(making, of, 1),
  distinct: (making, { of }) => distinct(making, of),
}

/** A measure of all history that needs no more than a walk over the records; all others need columns of events. */
export function isToldByWalk({ feature, window }: MeasureCode, { windows, levels }: SweepProgram): boolean {
  if (windows[window]!.lookbackDays !== null || !Object.hasOwn(makers, feature.measure)) return false
  return feature.measure !== 'distinct' || levels[feature.of] <= setLevels
}

/**
 * Measures of all history where cutoffs lie close together, so that each record is looked at for one row or a few: told by
 * walks over the records as they are, without columns of events and running sums over them. The same values, bit for bit.
 */
export class HistoryMeasures {
  private readonly states: HistoryStates
  private readonly evaluates: readonly { readonly evaluate: Evaluate; readonly into: number }[]
  /** See `kernels/assembly/sweep/walk.ts`. */
  private readonly walk: Int32Array
  private readonly ends: Int32Array
  private readonly recordBytes: number
  /** The day on which second 0 is seen. */
  private readonly origin: number
  private readonly thread: KernelThread

  /** Of the measures in these slots, for which `isToldByWalk` holds; their values go to `values`. */
  constructor(
    program: SweepProgram,
    slots: readonly number[],
    { rows, values, thread }: { readonly rows: BatchRows; readonly values: RowValues; readonly thread: KernelThread },
  ) {
    const mostRows = rows.cutoff.length
    const states = new HistoryStates(program, mostRows, thread)
    this.states = states
    this.thread = thread
    this.walk = thread.space.int32(8)
    this.ends = thread.space.int32(mostRows)
    this.recordBytes = 4 * program.layout.words
    this.origin = program.baseDay + program.delaysDays[0]!
    this.evaluates = slots.map((slot) => ({
      evaluate: make({ code: program.measures[slot]!, program, states, thread }),
      into: values.addressOf(slot),
    }))
  }

  /** Of the batch's rows; `records`: of the bucket at hand. */
  measure(records: Int32Array, { from, visible }: ChosenUsers, rows: BatchRows): void {
    const { walk, ends, evaluates } = this
    const { first, users, rowsFrom, order, cutoff, count } = rows
    const ownFrom = from.byteOffset + 4 * first
    const places = [rowsFrom.byteOffset, order.byteOffset, ends.byteOffset]
    walk.set([records.byteOffset, ownFrom, users, this.recordBytes, ...places])
    const { kernels } = this.thread
    kernels.findRowEnds(walk.byteOffset, visible.byteOffset + 4 * first, cutoff.byteOffset, this.origin)
    this.states.make(walk.byteOffset)
    for (const { evaluate, into } of evaluates) evaluate(count, cutoff.byteOffset, into)
  }
}

function make(making: Making): Evaluate {
  const { feature } = making.code
  const maker = makers[feature.measure] as (making: Making, feature: MeasureFeature) => Evaluate
  return maker(making, feature)
}

function hits({ code, states, thread }: Making): Evaluate {
  const state = states.tally(code.condition)
  return (rows, _, into) => thread.kernels.hitValues(state, rows, into)
}

function sinceFirst({ code, program, states, thread }: Making): Evaluate {
  const state = states.tally(code.condition)
  return (rows, cutoff, into) => thread.kernels.firstValues(state, rows, cutoff, program.baseDay, into)
}

function sinceLast({ code, program, states, thread }: Making): Evaluate {
  const state = states.latest(code.condition)
  return (rows, cutoff, into) => thread.kernels.sinceValues(state, rows, cutoff, program.baseDay, secondsPerDay, into)
}

function sinceReturn({ code, program, states, thread }: Making, silentDays: number): Evaluate {
  const state = states.returns(code.condition, silentDays)
  return (rows, cutoff, into) => thread.kernels.sinceValues(state, rows, cutoff, program.baseDay, 1, into)
}

function longestGap({ code, states, thread }: Making): Evaluate {
  const state = states.longest(code.condition)
  return (rows, _, into) => thread.kernels.longestValues(state, rows, into)
}

function ofIntervals({ code, states, thread }: Making, statistic: number): Evaluate {
  const state = states.intervals(code.condition)
  return (rows, _, into) => thread.kernels.intervalValues(state, rows, statistic, into)
}

function ofDays({ code, states, thread }: Making, statistic: number): Evaluate {
  const state = states.days(code.condition)
  return (rows, _, into) => thread.kernels.dayValues(state, rows, statistic, into)
}

function summed({ code, states, thread }: Making, of: 'amount' | 'quantity', statistic: number): Evaluate {
  const state = states.sums(of, statistic === sums.plain ? code.condition : code.filled)
  return (rows, _, into) => thread.kernels.sumValues(state, rows, units[of], statistic, into)
}

function extreme({ code, states, thread }: Making, of: 'amount' | 'quantity', sign: 1 | -1): Evaluate {
  const state = states.extremes(of, code.filled, sign)
  const empty = code.feature.whenEmpty === 'zero' ? 0 : Number.NaN
  return (rows, _, into) => thread.kernels.extremeValues(state, rows, sign, units[of], empty, into)
}

function distinct({ code, states, thread }: Making, of: 'category' | 'channel'): Evaluate {
  const state = states.levels(of, code.condition)
  return (rows, _, into) => thread.kernels.levelValues(state, rows, into)
}
