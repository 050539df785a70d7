import type { MeasureFeature } from '../definition.ts'
import type { MeasureCode } from './program.ts'
import type { Hits, Registers } from './registers.ts'
import type { UserEvents } from './user-events.ts'
import type { Evaluate } from './window-rows.ts'

const microsPerSecond = 1_000_000
const microsPerMinute = 60_000_000
const secondsPerDay = 86_400

/** Runs of events of which none comes more than a pause after the one before it. */
export function sessionsOf(
  code: MeasureCode,
  feature: MeasureFeature & { readonly measure: 'sessions' },
  registers: Registers,
): Evaluate {
  const hits = registers.hits(code.condition)
  const { events } = registers
  const pause = feature.inactivityMinutes * microsPerMinute
  const value = sessionValues[feature.of]
  return ({ count, lo, hi }, values, offset) => {
    const { counts, indexes } = hits
    const { second, micro } = events
    for (let r = 0; r < count; r++) {
      const a = counts[lo[r]!]!
      const b = counts[hi[r]!]!
      let sessions = b > a ? 1 : 0
      let micros = 0
      for (let m = a + 1; m < b; m++) {
        const i = indexes[m]!
        const j = indexes[m - 1]!
        const step = (second[i]! - second[j]!) * microsPerSecond + (micro[i]! - micro[j]!)
        if (step > pause) sessions++
        else micros += step
      }
      values[offset + r] = value(sessions, micros)
    }
  }
}

const sessionValues: Readonly<
  Record<(MeasureFeature & { measure: 'sessions' })['of'], (sessions: number, micros: number) => number>
> = {
  count: (sessions) => sessions,
  totalMinutes: (_, micros) => micros / microsPerMinute,
  meanMinutes: (sessions, micros) => (sessions === 0 ? Number.NaN : micros / (sessions * microsPerMinute)),
}

/** Days between consecutive events. */
export function intervalsOf(
  code: MeasureCode,
  feature: MeasureFeature & { readonly measure: 'intervals' },
  registers: Registers,
): Evaluate {
  const hits = registers.hits(code.condition)
  const { events } = registers
  const value = feature.of === 'mean' ? meanInterval : sdInterval
  return ({ count, lo, hi }, values, offset) => {
    for (let r = 0; r < count; r++)
      values[offset + r] = value(hits, events, { a: hits.counts[lo[r]!]!, b: hits.counts[hi[r]!]! })
  }
}

interface Range {
  readonly a: number
  readonly b: number
}

function meanInterval({ indexes }: Hits, { second }: UserEvents, { a, b }: Range): number {
  if (b - a < 2) return Number.NaN
  return (second[indexes[b - 1]!]! - second[indexes[a]!]!) / ((b - a - 1) * secondsPerDay)
}

/**
 * sqrt((n S2 - S1^2) / (n (n - 1))) of the intervals less the first one, which changes no variance: S1 and S2 are sums of
 * integers, so the value is the SQL's bit for bit.
 */
function sdInterval({ indexes }: Hits, { second }: UserEvents, { a, b }: Range): number {
  const n = b - a - 1
  if (n < 2) return Number.NaN
  let before = second[indexes[a + 1]!]!
  const first = before - second[indexes[a]!]!
  let sum = 0
  let squares = 0
  for (let m = a + 2; m < b; m++) {
    const now = second[indexes[m]!]!
    const value = now - before - first
    sum += value
    squares += value * value
    before = now
  }
  // By Cauchy's inequality sum^2 <= n squares: everything below is exact, too.
  const isExact = n * squares <= Number.MAX_SAFE_INTEGER
  const spread = isExact ? n * squares - sum * sum : exactSpread(second, indexes, { a, b })
  return Math.sqrt(spread / (n * (n - 1))) / secondsPerDay
}

/** n S2 - S1^2 of intervals of years. */
function exactSpread(second: Int32Array, indexes: Int32Array, { a, b }: Range): number {
  let sum = 0n
  let squares = 0n
  for (let m = a + 1; m < b; m++) {
    const value = BigInt(second[indexes[m]!]! - second[indexes[m - 1]!]!)
    sum += value
    squares += value * value
  }
  return Number(BigInt(b - a - 1) * squares - sum * sum)
}
