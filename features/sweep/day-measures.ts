import type { MeasureFeature } from '../definition.ts'
import type { MeasureCode } from './program.ts'
import type { Days, Register, Registers } from './registers.ts'
import { type Evaluate, valuesAt, type WindowRows } from './window-rows.ts'

/** A window holds whole days, so its days with an event are a range of the user's. */
export function activeDaysOf(code: MeasureCode, registers: Registers): Evaluate {
  const { kernels } = registers.thread
  const days = registers.days(code.condition)
  return (rows, values, offset) => kernels.countDays(rows.address, days.counts.byteOffset, valuesAt(values, offset))
}

type GapFeature = MeasureFeature & { readonly measure: 'gaps' }

/** Writes the values of some rows from an address on. */
type EvaluateGaps = (rows: WindowRows, into: number) => void

/** Gaps between consecutive days of one window. */
export function gapsOf(code: MeasureCode, feature: GapFeature, registers: Registers): Evaluate {
  const evaluate = gapValues[feature.of](code, feature, registers)
  return (rows, values, offset) => evaluate(rows, valuesAt(values, offset))
}

type MakeGaps = (code: MeasureCode, feature: GapFeature, registers: Registers) => EvaluateGaps

const gapValues: Readonly<Record<GapFeature['of'], MakeGaps>> = {
  count: ({ condition }, _, registers) => {
    const days = registers.days(condition)
    return (rows, into) => registers.thread.kernels.countGaps(rows.address, days.counts.byteOffset, into)
  },
  mean: ({ condition }, _, registers) => {
    const days = registers.days(condition)
    return (rows, into) =>
      registers.thread.kernels.meanGaps(rows.address, days.counts.byteOffset, days.days.byteOffset, into)
  },
  first: ({ condition }, _, registers) => {
    const days = registers.days(condition)
    return (rows, into) =>
      registers.thread.kernels.firstGaps(rows.address, days.counts.byteOffset, days.days.byteOffset, into)
  },
  max: (code, _, registers) => longestGaps(code, registers),
  sd: ({ condition }, _, registers) => {
    const days = registers.days(condition)
    const squares = gapSquares(days, condition, registers)
    return (rows, into) =>
      registers.thread.kernels.spreadGaps(
        rows.address,
        days.counts.byteOffset,
        days.days.byteOffset,
        squares.values.byteOffset,
        into,
      )
  },
  daysSinceReturn: ({ condition }, feature, registers) => {
    const days = registers.days(condition)
    const { kernels } = registers.thread
    const silentDays = feature.silentDays ?? 0
    return (rows, into) =>
      kernels.sinceReturn(rows.address, days.counts.byteOffset, days.days.byteOffset, silentDays, into)
  },
}

/** Sums of squares of gaps: 64-bit integers, for kernels alone. */
function gapSquares(days: Days, condition: number, registers: Registers): { values: Float64Array } {
  const { thread } = registers
  return registers.shared(`gap-squares/${condition}`, () => {
    const register: Register & { values: Float64Array } = {
      values: new Float64Array(0),
      prepare(count) {
        if (register.values.length < days.days.length) {
          thread.space.giveBack(register.values)
          register.values = thread.space.float64(days.days.length)
        }
        thread.kernels.addSquares(days.days.byteOffset, register.values.byteOffset, days.counts[count]!)
      },
    }
    return register
  })
}

function longestGaps({ condition, feature }: MeasureCode, registers: Registers): EvaluateGaps {
  const days = registers.days(condition)
  const { thread, events } = registers
  const { kernels } = thread
  if (feature.lookbackDays !== 'lifetime')
    return (rows, into) => kernels.longestGaps(rows.address, days.counts.byteOffset, days.days.byteOffset, into)
  const longest = registers.shared(`gap-longest/${condition}`, () => {
    const register: Register & { values: Int32Array } = {
      values: new Int32Array(0),
      prepare() {
        if (register.values.length < days.days.length) {
          thread.space.giveBack(register.values)
          register.values = thread.space.int32(days.days.length)
        }
        const { start, users } = events
        kernels.runLongest(
          start.byteOffset,
          users,
          days.counts.byteOffset,
          days.days.byteOffset,
          register.values.byteOffset,
        )
      },
    }
    return register
  })
  return (rows, into) => kernels.longestSoFar(rows.address, days.counts.byteOffset, longest.values.byteOffset, into)
}
