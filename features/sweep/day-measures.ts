import type { MeasureFeature } from '../definition.ts'
import type { MeasureCode } from './program.ts'
import type { Days, Hits, Register, Registers } from './registers.ts'
import type { Evaluate } from './window-rows.ts'

/** A window holds whole days, so its days with an event are a range of the user's. */
export function activeDaysOf(code: MeasureCode, registers: Registers): Evaluate {
  const hits = registers.hits(code.condition)
  const days = registers.days(code.condition)
  return ({ count, lo, hi }, values, offset) => {
    const { counts } = hits
    const running = days.counts
    for (let r = 0; r < count; r++) values[offset + r] = running[counts[hi[r]!]!]! - running[counts[lo[r]!]!]!
  }
}

type GapFeature = MeasureFeature & { readonly measure: 'gaps' }

/** Gaps between consecutive days of one window: days a .. b - 1 of the user's, gap j being days[j] - days[j - 1]. */
export function gapsOf(code: MeasureCode, feature: GapFeature, registers: Registers): Evaluate {
  const hits = registers.hits(code.condition)
  const days = registers.days(code.condition)
  const value = gapValue(code, feature, { hits, days, registers })
  return ({ count, lo, hi, cutoff }, values, offset) => {
    const { counts } = hits
    const running = days.counts
    for (let r = 0; r < count; r++)
      values[offset + r] = value(running[counts[lo[r]!]!]!, running[counts[hi[r]!]!]!, cutoff[r]!)
  }
}

type GapValue = (a: number, b: number, cutoff: number) => number

function gapValue(
  code: MeasureCode,
  feature: GapFeature,
  { hits, days, registers }: { hits: Hits; days: Days; registers: Registers },
): GapValue {
  if (feature.of === 'count') return (a, b) => Math.max(0, b - a - 1)
  if (feature.of === 'mean')
    return (a, b) => (b - a < 2 ? Number.NaN : (days.days[b - 1]! - days.days[a]!) / (b - a - 1))
  if (feature.of === 'first') return (a, b) => (b - a < 2 ? Number.NaN : days.days[a + 1]! - days.days[a]!)
  if (feature.of === 'max') return longestGap({ hits, days }, code, registers)
  if (feature.of === 'sd') {
    const squares = gapSquares({ hits, days }, code.condition, registers)
    return (a, b) => {
      const n = b - a - 1
      if (n < 2) return Number.NaN
      const sum = days.days[b - 1]! - days.days[a]!
      const square = squares.values[b - 1]! - squares.values[a]!
      return Math.sqrt((n * square - sum * sum) / (n * (n - 1)))
    }
  }
  const silentDays = feature.silentDays ?? 0
  return (a, b, cutoff) => {
    for (let j = b - 1; j > a; j--) if (days.days[j]! - days.days[j - 1]! > silentDays) return cutoff - days.days[j]!
    return Number.NaN
  }
}

/** values[j] = sum of the squares of gaps 1 .. j. */
interface HitDays {
  readonly hits: Hits
  readonly days: Days
}

function gapSquares({ hits, days }: HitDays, condition: number, registers: Registers): { values: Float64Array } {
  return registers.shared(`gap-squares/${condition}`, () => {
    const register: Register & { values: Float64Array } = {
      values: new Float64Array(0),
      prepare(count) {
        if (register.values.length < days.days.length) {
          registers.thread.space.giveBack(register.values)
          register.values = registers.thread.space.float64(days.days.length)
        }
        const known = days.counts[hits.counts[count]!]!
        let sum = 0
        for (let j = 0; j < known; j++) {
          if (j > 0) sum += (days.days[j]! - days.days[j - 1]!) ** 2
          register.values[j] = sum
        }
      },
    }
    return register
  })
}

function longestGap({ hits, days }: HitDays, code: MeasureCode, registers: Registers): GapValue {
  if (code.feature.lookbackDays !== 'lifetime')
    return (a, b) => {
      let longest = -1
      for (let j = b - 1; j > a; j--) longest = Math.max(longest, days.days[j]! - days.days[j - 1]!)
      return longest < 0 ? Number.NaN : longest
    }
  const running = registers.shared(`gap-longest/${code.condition}`, () => {
    const register: Register & { values: Int32Array } = {
      values: new Int32Array(0),
      prepare() {
        if (register.values.length < days.days.length) {
          registers.thread.space.giveBack(register.values)
          register.values = registers.thread.space.int32(days.days.length)
        }
        const { start, users } = registers.events
        for (let u = 0; u < users; u++) runningLongest({ hits, days }, register.values, [start[u]!, start[u + 1]!])
      },
    }
    return register
  })
  return (a, b) => (b - a < 2 ? Number.NaN : running.values[b - 1]!)
}

/** values[j] = longest gap before day j of the user whose events are first .. end - 1. */
function runningLongest({ hits, days }: HitDays, values: Int32Array, [first, end]: readonly [number, number]): void {
  let longest = 0
  for (let j = days.counts[hits.counts[first]!]! + 1; j < days.counts[hits.counts[end]!]!; j++) {
    longest = Math.max(longest, days.days[j]! - days.days[j - 1]!)
    values[j] = longest
  }
}
