import type { MeasureCode } from './program.ts'
import type { Registers } from './registers.ts'
import type { Evaluate } from './window-rows.ts'

/** Units of the event table in one unit of the source. */
const units = { amount: 100, quantity: 1_000 } as const

export function countOf(code: MeasureCode, registers: Registers): Evaluate {
  if (code.condition === 0)
    return ({ count, at, lo, hi }, values, offset) => {
      for (let r = 0; r < count; r++) values[at[r]! + offset] = hi[r]! - lo[r]!
    }
  const counts = registers.counts(code.condition)
  return ({ count, at, lo, hi }, values, offset) => {
    const running = counts.values
    for (let r = 0; r < count; r++) values[at[r]! + offset] = running[hi[r]!]! - running[lo[r]!]!
  }
}

/** A sum of nothing is 0, or missing where the feature says so. */
export function sumOf(code: MeasureCode, of: 'amount' | 'quantity', registers: Registers): Evaluate {
  const sums = registers.sums(of, code.condition)
  const unit = units[of]
  if (code.feature.whenEmpty === 'zero')
    return ({ count, at, lo, hi }, values, offset) => {
      const running = sums.values
      for (let r = 0; r < count; r++) values[at[r]! + offset] = (running[hi[r]!]! - running[lo[r]!]!) / unit
    }
  const filled = registers.counts(code.filled)
  return ({ count, at, lo, hi }, values, offset) => {
    for (let r = 0; r < count; r++) {
      const isEmpty = !(filled.values[hi[r]!]! > filled.values[lo[r]!]!)
      const sum = sums.values[hi[r]!]! - sums.values[lo[r]!]!
      values[at[r]! + offset] = isEmpty ? Number.NaN : sum / unit
    }
  }
}

/** Days from the last event of the window to the cutoff. */
export function lastOf(code: MeasureCode, registers: Registers): Evaluate {
  const last = registers.lastIndex(code.condition)
  const { events } = registers
  return ({ count, at, lo, hi, cutoff }, values, offset) => {
    const index = last.values
    const { day } = events
    for (let r = 0; r < count; r++) {
      const i = index[hi[r]!]!
      values[at[r]! + offset] = i < lo[r]! ? Number.NaN : cutoff[r]! - day[i]!
    }
  }
}

/** Days from the first event of the window to the cutoff. */
export function firstOf(code: MeasureCode, registers: Registers): Evaluate {
  const next = registers.nextIndex(code.condition)
  const { events } = registers
  return ({ count, at, lo, hi, cutoff }, values, offset) => {
    const index = next.values
    const { day } = events
    for (let r = 0; r < count; r++) {
      const i = index[lo[r]!]!
      values[at[r]! + offset] = i >= hi[r]! ? Number.NaN : cutoff[r]! - day[i]!
    }
  }
}

/** Least or greatest value; events without one say nothing. */
export function extremeOf(
  code: MeasureCode,
  which: { of: 'amount' | 'quantity'; sign: 1 | -1 },
  registers: Registers,
): Evaluate {
  const hits = registers.hits(code.filled)
  const last = registers.lastIndex(code.filled)
  const { events } = registers
  const { sign, of } = which
  const unit = units[of]
  const empty = code.feature.whenEmpty === 'zero' ? 0 : Number.NaN
  return ({ count, at, lo, hi }, values, offset) => {
    const measured = events[of]
    for (let r = 0; r < count; r++) {
      let best = -Infinity
      for (let i = last.values[hi[r]!]!; i >= lo[r]!; i--)
        if (hits.values[i] === 1 && sign * measured[i]! > best) best = sign * measured[i]!
      values[at[r]! + offset] = best === -Infinity ? empty : (sign * best) / unit
    }
  }
}
