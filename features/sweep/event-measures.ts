import type { MeasureCode } from './program.ts'
import type { Registers } from './registers.ts'
import { type Evaluate, valuesAt } from './window-rows.ts'

/** Units of the event table in one unit of the source. */
export const units = { amount: 100, quantity: 1_000 } as const

export function countOf(code: MeasureCode, registers: Registers): Evaluate {
  const { kernels } = registers.thread
  if (code.condition === 0) return (rows, values, offset) => kernels.countAll(rows.address, valuesAt(values, offset))
  const counts = registers.counts(code.condition)
  return (rows, values, offset) =>
    kernels.countHits(rows.address, counts.address, counts.stride, valuesAt(values, offset))
}

/** A sum of nothing is 0, or missing where the feature says so. */
export function sumOf(code: MeasureCode, of: 'amount' | 'quantity', registers: Registers): Evaluate {
  if (code.feature.whenEmpty !== 'zero') return sumOfSome(code, { of, isMean: false }, registers)
  const { kernels } = registers.thread
  const sums = registers.sums(of, code.condition)
  const unit = units[of]
  return (rows, values, offset) => kernels.sumHits(rows.address, sums.values.byteOffset, unit, valuesAt(values, offset))
}

/** Over the events that have a value. */
export function meanOf(code: MeasureCode, of: 'amount' | 'quantity', registers: Registers): Evaluate {
  return sumOfSome(code, { of, isMean: true }, registers)
}

/** Missing without events that have a value. */
function sumOfSome(
  code: MeasureCode,
  { of, isMean }: { of: 'amount' | 'quantity'; isMean: boolean },
  registers: Registers,
): Evaluate {
  const { kernels } = registers.thread
  const counts = registers.counts(code.filled)
  const sums = registers.sums(of, code.filled)
  const unit = units[of]
  const mode = isMean ? 1 : 0
  return (rows, values, offset) => {
    const { address, stride } = counts
    const into = valuesAt(values, offset)
    kernels.sumSome(rows.address, address, stride, sums.values.byteOffset, unit, mode, into)
  }
}

/** Days from the last event of the window to the cutoff. */
export function lastOf(code: MeasureCode, registers: Registers): Evaluate {
  const { kernels } = registers.thread
  const latest = registers.latest(code.condition)
  const { events } = registers
  return (rows, values, offset) => {
    const { address, stride } = latest
    kernels.sinceLast(rows.address, address, stride, events.day.byteOffset, valuesAt(values, offset))
  }
}

/** Days from the first event of the window to the cutoff. */
export function firstOf(code: MeasureCode, registers: Registers): Evaluate {
  const { kernels } = registers.thread
  const hits = registers.hits(code.condition)
  const { events } = registers
  return (rows, values, offset) => {
    const into = valuesAt(values, offset)
    kernels.sinceFirst(rows.address, hits.counts.byteOffset, hits.indexes.byteOffset, events.day.byteOffset, into)
  }
}

/** Least or greatest value; events without one say nothing. */
export function extremeOf(
  code: MeasureCode,
  { of, sign }: { of: 'amount' | 'quantity'; sign: 1 | -1 },
  registers: Registers,
): Evaluate {
  const { kernels } = registers.thread
  const hits = registers.hits(code.filled)
  const { events } = registers
  const unit = units[of]
  const empty = code.feature.whenEmpty === 'zero' ? 0 : Number.NaN
  return (rows, values, offset) => {
    const into = valuesAt(values, offset)
    kernels.findExtreme(
      rows.address,
      hits.counts.byteOffset,
      hits.indexes.byteOffset,
      events[of].byteOffset,
      sign,
      unit,
      empty,
      into,
    )
  }
}

/** Of the last event that has a value; at one instant the greatest counts. */
export function lastValueOf(code: MeasureCode, of: 'amount' | 'quantity', registers: Registers): Evaluate {
  const { kernels } = registers.thread
  const hits = registers.hits(code.filled)
  const { events } = registers
  const unit = units[of]
  return (rows, values, offset) => {
    const { second, micro, [of]: measured } = events
    kernels.findLastValue(
      rows.address,
      hits.counts.byteOffset,
      hits.indexes.byteOffset,
      second.byteOffset,
      micro.byteOffset,
      measured.byteOffset,
      unit,
      valuesAt(values, offset),
    )
  }
}
