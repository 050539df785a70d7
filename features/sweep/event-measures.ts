import type { MeasureCode } from './program.ts'
import type { Registers } from './registers.ts'
import type { Evaluate } from './window-rows.ts'

/** Units of the event table in one unit of the source. */
const units = { amount: 100, quantity: 1_000 } as const

export function countOf(code: MeasureCode, registers: Registers): Evaluate {
  if (code.condition === 0)
    return ({ count, lo, hi }, values, offset) => {
      for (let r = 0; r < count; r++) values[offset + r] = hi[r]! - lo[r]!
    }
  const hits = registers.hits(code.condition)
  return ({ count, lo, hi }, values, offset) => {
    const { counts } = hits
    for (let r = 0; r < count; r++) values[offset + r] = counts[hi[r]!]! - counts[lo[r]!]!
  }
}

/** A sum of nothing is 0, or missing where the feature says so. */
export function sumOf(code: MeasureCode, of: 'amount' | 'quantity', registers: Registers): Evaluate {
  const isZero = code.feature.whenEmpty === 'zero'
  const condition = isZero ? code.condition : code.filled
  const hits = registers.hits(condition)
  const sums = registers.sums(of, condition)
  const unit = units[of]
  return ({ count, lo, hi }, values, offset) => {
    const { counts } = hits
    const running = sums.values
    for (let r = 0; r < count; r++) {
      const a = counts[lo[r]!]!
      const b = counts[hi[r]!]!
      values[offset + r] = isZero || b > a ? (running[b]! - running[a]!) / unit : Number.NaN
    }
  }
}

/** Days from the last event of the window to the cutoff. */
export function lastOf(code: MeasureCode, registers: Registers): Evaluate {
  const types = registers.isWalked ? registers.typesOf(code.condition) : null
  if (types !== null) return lastByWalk(types, registers)
  const hits = registers.hits(code.condition)
  const { events } = registers
  return ({ count, lo, hi, cutoff }, values, offset) => {
    const { counts, indexes } = hits
    const { day } = events
    for (let r = 0; r < count; r++) {
      const b = counts[hi[r]!]!
      values[offset + r] = b > counts[lo[r]!]! ? cutoff[r]! - day[indexes[b - 1]!]! : Number.NaN
    }
  }
}

/** The same, looking back from the window's end: of few cutoffs that costs less than counts of all events. */
function lastByWalk(types: Uint8Array, { events }: Registers): Evaluate {
  return ({ count, lo, hi, cutoff }, values, offset) => {
    const { day, type } = events
    for (let r = 0; r < count; r++) {
      const first = lo[r]!
      let i = hi[r]! - 1
      while (i >= first && !(types[type[i]!]! > 0)) i--
      values[offset + r] = i >= first ? cutoff[r]! - day[i]! : Number.NaN
    }
  }
}

/** Days from the first event of the window to the cutoff. */
export function firstOf(code: MeasureCode, registers: Registers): Evaluate {
  const hits = registers.hits(code.condition)
  const { events } = registers
  return ({ count, lo, hi, cutoff }, values, offset) => {
    const { counts, indexes } = hits
    const { day } = events
    for (let r = 0; r < count; r++) {
      const a = counts[lo[r]!]!
      values[offset + r] = counts[hi[r]!]! > a ? cutoff[r]! - day[indexes[a]!]! : Number.NaN
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
  const { events } = registers
  const { sign, of } = which
  const unit = units[of]
  const empty = code.feature.whenEmpty === 'zero' ? 0 : Number.NaN
  return ({ count, lo, hi }, values, offset) => {
    const { counts, indexes } = hits
    const measured = events[of]
    for (let r = 0; r < count; r++) {
      const b = counts[hi[r]!]!
      let best = -Infinity
      for (let m = counts[lo[r]!]!; m < b; m++) best = Math.max(best, sign * measured[indexes[m]!]!)
      values[offset + r] = best === -Infinity ? empty : (sign * best) / unit
    }
  }
}

/** Over the events that have a value. */
export function meanOf(code: MeasureCode, of: 'amount' | 'quantity', registers: Registers): Evaluate {
  const hits = registers.hits(code.filled)
  const sums = registers.sums(of, code.filled)
  const unit = units[of]
  return ({ count, lo, hi }, values, offset) => {
    const { counts } = hits
    for (let r = 0; r < count; r++) {
      const a = counts[lo[r]!]!
      const b = counts[hi[r]!]!
      values[offset + r] = b > a ? (sums.values[b]! - sums.values[a]!) / ((b - a) * unit) : Number.NaN
    }
  }
}

/** Of the last event that has a value; at one instant the greatest counts. */
export function lastValueOf(code: MeasureCode, of: 'amount' | 'quantity', registers: Registers): Evaluate {
  const hits = registers.hits(code.filled)
  const { events } = registers
  const unit = units[of]
  return ({ count, lo, hi }, values, offset) => {
    const { counts, indexes } = hits
    const { second, micro } = events
    const measured = events[of]
    for (let r = 0; r < count; r++) {
      const a = counts[lo[r]!]!
      const b = counts[hi[r]!]!
      const edge = b > a ? indexes[b - 1]! : 0
      let best = -Infinity
      for (let m = b - 1; m >= a; m--) {
        const i = indexes[m]!
        if (second[i] !== second[edge] || micro[i] !== micro[edge]) break
        best = Math.max(best, measured[i]!)
      }
      values[offset + r] = b > a ? best / unit : Number.NaN
    }
  }
}
