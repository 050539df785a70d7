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
  return ({ count, at, lo, hi }, values, offset) => {
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
      values[at[r]! + offset] = value(sessions, micros)
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
  return ({ count, at, lo, hi }, values, offset) => {
    for (let r = 0; r < count; r++)
      values[at[r]! + offset] = value(hits, events, { a: hits.counts[lo[r]!]!, b: hits.counts[hi[r]!]! })
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
 * Welford (1962): mean M and sum of squared deviations S, one value at a time. The values are the intervals less the
 * first one, which is exact, so that nearly equal intervals lose no digits.
 */
function sdInterval({ indexes }: Hits, { second }: UserEvents, { a, b }: Range): number {
  if (b - a < 3) return Number.NaN
  let before = second[indexes[a + 1]!]!
  const first = before - second[indexes[a]!]!
  let n = 1
  let mean = 0
  let squares = 0
  for (let m = a + 2; m < b; m++) {
    const now = second[indexes[m]!]!
    const value = now - before - first
    const difference = value - mean
    mean += difference / ++n
    squares += difference * (value - mean)
    before = now
  }
  return Math.sqrt(squares / (n - 1)) / secondsPerDay
}
